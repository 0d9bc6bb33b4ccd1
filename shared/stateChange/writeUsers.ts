import type { Operation } from '../domain/operation.ts';
import type { Answer } from '../graph/answer.ts';
import type { Turn } from '../pace/pacer.ts';
import { CLAIM_TO_WRITE_MS } from '../users/claim.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { type DecidedUser, idsOf, isToWrite } from './openUser.ts';
import { WritesHaltedError, writeUnlessHalted } from './writeUnlessHalted.ts';

/**
 * Sends the writes when their turn begins, and none of them when the claims are too old by then.
 * @returns undefined when writes are halted, so that none was sent
 */
export async function writeUsers(
  operation: Operation,
  users: readonly DecidedUser[],
  { turn, claimedAt, batchSize }: { turn: Turn | undefined; claimedAt: number; batchSize: number },
  deps: ApplyDependencies,
): Promise<ReadonlyMap<string, Answer> | undefined> {
  const { now, wait } = deps;
  const ids = idsOf(users.filter(isToWrite));
  if (ids.length === 0) return new Map();
  const early = (turn?.at ?? 0) - now();
  if (early > 0) await wait(early);
  if (now() - claimedAt > CLAIM_TO_WRITE_MS) return new Map();
  const write = { state: operation.targetState, operationId: operation.id };
  try {
    return await writeUnlessHalted(ids, write, deps, { batchSize, leaveLate: true });
  } catch (error) {
    if (error instanceof WritesHaltedError) return undefined;
    throw error;
  }
}
