import { isTerminal } from '../shared/domain/operation.ts';
import { type OperationView, operationViewSchema } from '../shared/http/operationView.ts';
import { approvalText } from './approvalText.ts';
import { Failure } from './failure.ts';
import { whenInterrupted } from './interruption.ts';
import { progressBar } from './progressBar.ts';
import type { Session } from './session.ts';

/** Small operations finish at once, so the first polls come soon. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
/** A person takes minutes or hours to approve. */
const APPROVAL_PAUSE_MS = 10_000;

/**
 * Polls an operation until it finishes, and shows its progress. If it waits for approval, a note tells how to approve it.
 * @param interrupted the message after Ctrl-C
 */
export async function follow(
  first: OperationView,
  session: Session,
  interrupted: () => Failure = () => goesOn(first.id, session),
): Promise<OperationView> {
  const { api, terminal, wait, now } = session;
  whenInterrupted(interrupted);
  const bar = progressBar(terminal, now);
  try {
    let operation = first;
    let told = false;
    for (let pauseMs = FIRST_PAUSE_MS; !isTerminal(operation.status); pauseMs *= 1.5) {
      const waits = operation.status === 'AwaitingApproval';
      if (waits && !told) {
        bar.end();
        tellToApprove(operation, session);
        told = true;
      }
      bar.show(operation);
      await wait(Math.min(pauseMs, waits ? APPROVAL_PAUSE_MS : LONGEST_PAUSE_MS));
      operation = await readOperation(operation.id, api);
    }
    return operation;
  } finally {
    bar.end();
  }
}

function tellToApprove(operation: OperationView, { terminal, commandFor }: Session): void {
  for (const text of approvalText(operation)) terminal.note(text);
  terminal.note('The operation waits. A person with the role MfaState.Approve, other than the requester, runs');
  terminal.note(`  ${commandFor(`operation approve ${operation.id} --reason "..."`)}`);
}

/** The message after Ctrl-C when an operation was accepted. */
function goesOn(id: string, { commandFor }: Session): Failure {
  return new Failure('Interrupted', `Operation ${id} continues without this command. Watch or cancel it with`, {
    commands: [commandFor(`operation watch ${id}`), commandFor(`operation cancel ${id}`)],
  });
}

export async function readOperation(id: string, api: Session['api']): Promise<OperationView> {
  return operationViewSchema.parse((await api.get(`operations/${encodeURIComponent(id)}`)).body);
}
