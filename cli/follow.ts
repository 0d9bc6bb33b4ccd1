import { isTerminal } from '../shared/domain/operation.ts';
import { type OperationView, operationViewSchema } from '../shared/http/operationView.ts';
import { progressBar } from './progressBar.ts';
import type { Session } from './session.ts';

/** Small operations are over in no time, so the first looks come soon. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** Looks after an operation until it is over, and shows how far it has come. */
export async function follow(first: OperationView, session: Session): Promise<OperationView> {
  const { api, terminal, wait, now } = session;
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

export async function readOperation(id: string, api: Session['api']): Promise<OperationView> {
  return operationViewSchema.parse((await api.get(`operations/${encodeURIComponent(id)}`)).body);
}
