import { isTerminal } from '../shared/domain/operation.ts';
import { type OperationView, operationViewSchema } from '../shared/http/operationView.ts';
import { Failure } from './failure.ts';
import { whenInterrupted } from './interruption.ts';
import { progressBar } from './progressBar.ts';
import type { Session } from './session.ts';

/** Small operations are over in no time, so the first looks come soon. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Looks after an operation until it is over, and shows how far it has come.
 * @param interrupted what Ctrl-C tells
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
    for (let pauseMs = FIRST_PAUSE_MS; !isTerminal(operation.status); pauseMs *= 1.5) {
      bar.show(operation);
      await wait(Math.min(pauseMs, LONGEST_PAUSE_MS));
      operation = await readOperation(operation.id, api);
    }
    return operation;
  } finally {
    bar.end();
  }
}

/** What is told of an operation that was accepted. */
function goesOn(id: string, { commandFor }: Session): Failure {
  return new Failure('Interrupted', `Operation ${id} goes on without this command. Watch it or cancel it with`, {
    commands: [commandFor(`operation watch ${id}`), commandFor(`operation cancel ${id}`)],
  });
}

export async function readOperation(id: string, api: Session['api']): Promise<OperationView> {
  return operationViewSchema.parse((await api.get(`operations/${encodeURIComponent(id)}`)).body);
}
