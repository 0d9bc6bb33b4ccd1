import type { Operation } from '../domain/operation.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { tally } from '../groupBy.ts';
import { type Chunk, isSettled, outcomesOf } from '../operations/chunk.ts';
import type { ChangeMessage } from '../queues/messages.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { applyRound, type Round } from './applyRound.ts';
import { recordOutcomes } from './recordOutcomes.ts';
import { releaseAbandonedClaims } from './releaseAbandonedClaims.ts';
import { restoreNewestState } from './restoreNewestState.ts';
import { storeBesideOther, storeOutcomes } from './storeOutcomes.ts';

/** After so many rounds without an outcome, of at least 0.3 s each, the claims in the way are looked at. */
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
 * Applies one chunk, round by round, until every user has an outcome. Outcomes are stored before anything is derived from
 * them, so the next delivery finishes what a crash broke off, and a second delivery does nothing twice.
 * @throws UnprocessableMessageError when there is no such chunk
 * @throws RetryLaterError when users could not be settled within the budget
 */
export async function applyChunk(message: ChangeMessage, deps: ApplyDependencies): Promise<ApplySummary> {
  const { operations, now, random, wait, retryBudgetMs } = deps;
  let { operation, chunk } = await readChunkOf(message, deps);
  const deadline = now() + retryBudgetMs;
  const written = new Set<string>();
  let rounds = 0;
  /** Rounds without an outcome since the last that had one. */
  let fruitless = 0;
  let fresh = false;
  while (!isSettled(chunk)) {
    const round = await applyRound(operation, chunk, deps, { fresh, deadline });
    rounds++;
    for (const id of round.written) written.add(id);
    chunk = await keepRound(operation, chunk, round, deps);
    if (isSettled(chunk)) break;
    if (round.outcomes.size > 0) fruitless = 0;
    const waitsOnlyForQuota = round.isCutShort && round.outcomes.size > 0 && round.retryAfterMs === undefined;
    // Users left out by the quota wait only for the quota; the remembered rows are still good.
    fresh = !waitsOnlyForQuota;
    const pause = waitsOnlyForQuota ? 0 : backoffMs(fruitless++, round.retryAfterMs, random());
    if (now() + pause > deadline) {
      await restoreNewestState(operation, chunk, [...written], deps);
      // A message that is thrown comes back at once: its deliveries must not be used up before Graph can be asked again.
      await wait(Math.max(0, deadline - now()));
      throw new RetryLaterError('Not all users of the chunk could be settled; the rest is done on the next delivery.');
    }
    if (pause > 0) await wait(pause);
    if (fruitless % LOOK_AT_CLAIMS_EVERY === 0) await releaseAbandonedClaims(round.blockedBy, deps);
    operation = (await operations.get(operation.id)) ?? operation; // it may have been canceled
  }
  await restoreNewestState(operation, chunk, [...written], deps);
  return summaryOf(chunk, rounds);
}

/** @throws UnprocessableMessageError when there is no such chunk */
async function readChunkOf(
  message: ChangeMessage,
  deps: ApplyDependencies,
): Promise<{ operation: Operation; chunk: Chunk }> {
  const [operation, chunk] = await Promise.all([
    deps.operations.getRecent(message.operationId),
    deps.operations.getChunk(message.operationId, message.chunk),
  ]);
  if (operation === undefined || chunk === undefined)
    throw new UnprocessableMessageError('There is no operation with this chunk.');
  // An earlier delivery may have broken off between storing outcomes and recording what follows from them.
  if (outcomesOf(chunk).length > 0) await recordOutcomes(operation, chunk, deps, { everyClaim: true });
  return { operation, chunk };
}

/** Stores what a round found out. Returns the chunk as it then is. */
async function keepRound(operation: Operation, before: Chunk, round: Round, deps: ApplyDependencies): Promise<Chunk> {
  if (round.chunk === undefined) return storeBesideOther(operation, before, round.outcomes, deps);
  return round.outcomes.size > 0 ? storeOutcomes(operation, round.chunk, round.outcomes, deps) : round.chunk;
}

function summaryOf(chunk: Chunk, rounds: number): ApplySummary {
  const outcomes = outcomesOf(chunk);
  return {
    users: chunk.users.length,
    settled: tally(outcomes.map(({ outcome }) => outcome)),
    codes: tally(outcomes.flatMap(({ code }) => code ?? [])),
    rounds,
  };
}
