import type { Operation } from '../domain/operation.ts';
import { mergeOutcomes, type Outcome } from '../domain/outcome.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { tally } from '../groupBy.ts';
import { type Chunk, isSettled } from '../operations/chunk.ts';
import type { ChangeMessage } from '../queues/messages.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyEffects } from './applyEffects.ts';
import { recordOutcomes } from './effects.ts';
import { releaseLeftClaims } from './leftClaims.ts';
import { restoreNewest } from './restore.ts';
import { runRound } from './round.ts';

/** Who waits for another's claim looks after so many rounds, of at least 0.3 s, whether it is still somebody's. */
const LOOK_AT_CLAIMS_EVERY = 8;

export interface ApplySummary {
  readonly users: number;
  /** Outcomes by kind. */
  readonly settled: Readonly<Record<string, number>>;
  /** Outcomes by code, of those that have one. */
  readonly codes: Readonly<Record<string, number>>;
  readonly rounds: number;
}

/**
 * Applies one chunk: goes round by round until every user has an outcome. What a round settles is stored before anything
 * is derived from it, so a crash anywhere is finished by the next delivery, and a second delivery does nothing twice.
 * @throws UnprocessableMessageError when there is no such chunk
 * @throws RetryLaterError when users are left whom Graph does not let be settled within the budget
 */
export async function applyChunk(message: ChangeMessage, effects: ApplyEffects): Promise<ApplySummary> {
  const { operations, now, random, wait, retryBudgetMs } = effects;
  let [operation, chunk] = await Promise.all([
    operations.getRecent(message.operationId),
    operations.getChunk(message.operationId, message.chunk),
  ]);
  if (operation === undefined || chunk === undefined)
    throw new UnprocessableMessageError('There is no operation with this chunk.');

  // An earlier delivery may have broken off between storing outcomes and recording what follows from them.
  if (chunk.outcomes.some((outcome) => outcome !== null))
    await recordOutcomes(operation, chunk, effects, { everyClaim: true });

  const deadline = now() + retryBudgetMs;
  const written = new Set<string>();
  let rounds = 0;
  let fresh = false;
  for (let fruitless = 0; !isSettled(chunk); rounds++) {
    const round = await runRound(operation, chunk, effects, { fresh, deadline });
    for (const id of round.written) written.add(id);
    const isFruitful = round.outcomes.some((outcome) => outcome !== null);
    if (round.chunk === undefined) chunk = await giveWay(operation, chunk, [], effects);
    else if (isFruitful) chunk = await settle(operation, round.chunk, round.outcomes, effects);
    else chunk = round.chunk;
    if (isSettled(chunk)) break;
    if (isFruitful) fruitless = 0;
    // Whom the quota left out waits for it alone, and nothing has shown that our view of the rows is old.
    const goesOn = round.isCutShort && isFruitful && round.retryAfterMs === undefined;
    fresh = !goesOn;
    const pause = goesOn ? 0 : backoffMs(fruitless++, round.retryAfterMs, random());
    if (now() + pause > deadline) {
      await restoreNewest(operation, chunk, [...written], effects);
      // A message that is thrown comes back at once: its deliveries must not be used up before Graph can be asked again.
      await wait(Math.max(0, deadline - now()));
      throw new RetryLaterError('Not all users of the chunk could be settled; the rest is done on the next delivery.');
    }
    if (pause > 0) await wait(pause);
    if (fruitless % LOOK_AT_CLAIMS_EVERY === 0) await releaseLeftClaims(round.blockedBy, effects);
    operation = (await operations.get(operation.id)) ?? operation; // it may have been canceled
  }
  await restoreNewest(operation, chunk, [...written], effects);
  return {
    users: chunk.users.length,
    settled: tally(chunk.outcomes.flatMap((outcome) => outcome?.outcome ?? [])),
    codes: tally(chunk.outcomes.flatMap((outcome) => outcome?.code ?? [])),
    rounds,
  };
}

/** Stores outcomes, then does what follows from them. */
async function settle(
  operation: Operation,
  chunk: Chunk,
  found: readonly (Outcome | null)[],
  effects: ApplyEffects,
): Promise<Chunk> {
  const merged = mergeOutcomes(chunk.outcomes, found);
  const stored = await effects.operations.putOutcomes(operation.id, chunk, merged);
  if (stored === undefined) return giveWay(operation, chunk, found, effects);
  await recordOutcomes(operation, stored, effects);
  return stored;
}

/**
 * Another worker has the chunk too: one of the two lost its lock and goes on. What Graph did for us stands. Everything
 * else that we decided may contradict what the other one does, and is decided anew on the chunk as it now is; users who
 * have an outcome by now are released from our claims.
 */
async function giveWay(
  operation: Operation,
  chunk: Chunk,
  found: readonly (Outcome | null)[],
  effects: ApplyEffects,
): Promise<Chunk> {
  const done = chunk.users.map((_, index) => (found[index]?.outcome === 'applied' ? found[index] : null));
  for (;;) {
    const current = (await effects.operations.getChunk(operation.id, chunk.key)) ?? chunk;
    const adds = done.some((outcome, index) => outcome && current.outcomes[index] === null);
    const merged = mergeOutcomes(current.outcomes, done);
    const stored = adds ? await effects.operations.putOutcomes(operation.id, current, merged) : current;
    if (stored === undefined) continue;
    await recordOutcomes(operation, stored, effects, { everyClaim: true });
    return stored;
  }
}
