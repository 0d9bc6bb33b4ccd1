import type { MfaState } from '../domain/mfaState.ts';
import type { Answer } from '../graph/answer.ts';
import type { Ask } from '../graph/batch.ts';
import { writeStates } from '../graph/requirements.ts';
import type { ApplyDependencies } from './applyDependencies.ts';

/** All writes are halted: work that needs one waits for the end of the halt. */
export class WritesHaltedError extends Error {
  override readonly name = 'WritesHaltedError';
}

/** Whether writes are halted now. The answer is at most some seconds old. */
export async function isHalted({ writeHalt }: Pick<ApplyDependencies, 'writeHalt'>): Promise<boolean> {
  return (await writeHalt.current()) !== undefined;
}

/**
 * Writes the state of users, unless writes are halted. Every write of a state in Graph comes from here.
 * @returns Graph's answer by object id
 * @throws WritesHaltedError when nothing was sent
 */
export async function writeUnlessHalted(
  ids: readonly string[],
  { state, operationId }: { readonly state: MfaState; readonly operationId: string },
  deps: Pick<ApplyDependencies, 'graph' | 'now' | 'writeHalt'>,
  ask: Pick<Ask, 'batchSize' | 'leaveLate'> = {},
): Promise<ReadonlyMap<string, Answer>> {
  if (await isHalted(deps)) throw new WritesHaltedError('Writes are halted.');
  return writeStates(deps.graph, ids, state, operationId, deps.now, ask);
}
