import { loggedActor } from '../audit/decisions.ts';
import { asideSessionOf, sessionOf } from '../domain/lane.ts';
import { isExpress, type Operation } from '../domain/operation.ts';
import { isLowered } from '../domain/outcome.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { tally } from '../groupBy.ts';
import { type Chunk, isFinished, outcomesOf } from '../operations/chunk.ts';
import type { ChangeMessage } from '../queues/messages.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { applyRound, type Round, type Written } from './applyRound.ts';
import { awaitResume } from './awaitResume.ts';
import type { StallReason } from './decision.ts';
import { scheduleCheck } from './lateWrites.ts';
import { idsOf } from './openUser.ts';
import { operationFor } from './operationFor.ts';
import { answersForOthers } from './otherUsers.ts';
import { putAside } from './putAside.ts';
import { recordOutcomes } from './recordOutcomes.ts';
import { hasAbandoned, releaseAbandonedClaims } from './releaseAbandonedClaims.ts';
import { restoreNewestState } from './restoreNewestState.ts';
import { storeBesideOther, storeOutcomes } from './storeOutcomes.ts';
import type { UnusedClaims } from './unusedClaims.ts';
import { WritesHaltedError } from './writeUnlessHalted.ts';

/** After this many rounds without an outcome, a batch that Graph does not answer may be kept from its answer by one user. */
const PATIENCE = 2;
/** After this many rounds without an outcome, each at least 0.3 s long, abandoned claims are released. */
const LOOK_AT_CLAIMS_EVERY = 8;

/** A 401 that stays for so many rounds without an outcome is not solved by a new token. */
const AWAIT_TOKEN_ROUNDS = 3;

export interface ApplySummary {
  readonly users: number;
  /** Users without an outcome: the chunk's message is queued again with a delay, also while writes are halted. */
  readonly putAside: number;
  /** Outcomes by kind. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Outcomes by code, of those that have one. */
  readonly codes: Readonly<Record<string, number>>;
  readonly rounds: number;
  /** Users whose state was lowered. */
  readonly lowered: number;
  readonly actor: string;
  readonly application: string | undefined;
  readonly token: string | undefined;
}

/**
 * Applies one chunk, round by round, until every user has an outcome or is put aside. Outcomes are stored before anything
 * is derived from them, so the next delivery finishes what a crash broke off, and a second delivery does nothing twice.
 * @throws UnprocessableMessageError when there is no such chunk
 * @throws RetryLaterError when users have no outcome within the budget
 */
export async function applyChunk(message: ChangeMessage, deps: ApplyDependencies): Promise<ApplySummary> {
  const { operations, now, random, wait, retryBudgetMs } = deps;
  let { operation, chunk } = await readChunkOf(message, deps);
  const deadline = now() + retryBudgetMs;
  const written = new Map<string, Written>();
  const batchSize = message.postponed?.batchSize ?? BATCH_MAX_REQUESTS;
  let stalled = givenUp(message);
  let retryAfterMs: number | undefined;
  let rounds = 0;
  let halted = false;
  let pace = FIRST_ROUND;
  let unusedClaims: UnusedClaims = new Map();
  while (!isFinished(chunk) && stalled === undefined) {
    const round = await applyRound(operation, chunk, deps, { fresh: pace.fresh, deadline, unusedClaims, batchSize });
    rounds++;
    if (round.chunk !== undefined) unusedClaims = round.unusedClaims;
    addWritten(written, round.written);
    await scheduleCheck(operation, chunk, mayBeLate(round, rounds), deps); // before an outcome is stored
    chunk = await keepRound(operation, chunk, round, deps);
    halted = round.isHalted;
    stalled = await onlyStalled(chunk, round, pace, deps);
    retryAfterMs = round.retryAfterMs;
    pace = paceAfter(pace, round, random());
    if (isFinished(chunk) || halted || stalled !== undefined || now() + pace.pauseMs > deadline) break;
    if (pace.pauseMs > 0) await wait(pace.pauseMs);
    await lookAtClaims(chunk, round, pace, deps);
    operation = operationFor((await operations.get(operation.id)) ?? operation, chunk); // it may have been canceled
  }
  await restoreLater(operation, chunk, [...written.values()], deps);
  if (isFinished(chunk)) return summaryOf(operation, chunk, rounds);
  if (halted) {
    await awaitResume(message, sessionOfMessage(message, operation, chunk), deps);
    return summaryOf(operation, chunk, rounds);
  }
  if (stalled !== undefined)
    return summaryOf(operation, await putAside(operation, chunk, { stalled, retryAfterMs }, message, deps), rounds);
  // Service Bus redelivers a failed message at once. Waiting here keeps its deliveries for when Graph can be asked again.
  await wait(Math.max(0, deadline - now()));
  throw new RetryLaterError('Some users of the chunk have no outcome yet. The next delivery continues with them.');
}

/** Undoes late writes, or schedules a check of them, while all writes are halted. */
async function restoreLater(
  operation: Operation,
  chunk: Chunk,
  written: readonly Written[],
  deps: ApplyDependencies,
): Promise<void> {
  try {
    await restoreNewestState(operation, chunk, written, deps);
  } catch (error) {
    if (!(error instanceof WritesHaltedError)) throw error;
    await scheduleCheck(operation, chunk, idsOf(written), deps);
  }
}

function sessionOfMessage({ postponed }: ChangeMessage, operation: Operation, { lane }: Chunk): string {
  return postponed === undefined ? sessionOf(lane, isExpress(operation)) : asideSessionOf(lane);
}

/** The users who are given up since the last delivery, as stalled users; undefined when there are none. */
function givenUp({ postponed }: ChangeMessage): ReadonlyMap<string, StallReason> | undefined {
  const ids = postponed?.givenUp ?? [];
  return ids.length === 0 ? undefined : new Map(ids.map((id) => [id, 'graphUnavailable']));
}

/** Users with a write that Graph may carry out late: one that it did not answer, or one of an earlier delivery. */
function mayBeLate({ written, resumed }: Round, rounds: number): string[] {
  const unanswered = written.filter(({ isAnswered }) => !isAnswered).map(({ id }) => id);
  return rounds > 1 ? unanswered : [...new Set([...unanswered, ...resumed])];
}

/** A user counts as answered only if each of the writes was. */
function addWritten(written: Map<string, Written>, added: readonly Written[]): void {
  for (const { id, isAnswered } of added)
    written.set(id, { id, isAnswered: isAnswered && (written.get(id)?.isAnswered ?? true) });
}

/** Ends the changes that users of the chunk wait for, if no other code does. */
async function lookAtClaims(
  { lane }: Chunk,
  { blockedBy }: Round,
  { fruitless }: Pace,
  deps: ApplyDependencies,
): Promise<void> {
  if (fruitless % LOOK_AT_CLAIMS_EVERY === 0 || hasAbandoned(blockedBy, deps.now()))
    await releaseAbandonedClaims(lane, blockedBy, deps);
}

/**
 * The stalled users, if all users without an outcome are stalled, so that another round at once would change nothing.
 * Another change of a user usually ends within milliseconds, and a new token comes at once, so some rounds wait for them.
 * Users of a batch that Graph does not answer are stalled if it answers for others, because one of them may keep the batch
 * from its answer.
 */
async function onlyStalled(
  chunk: Chunk,
  { stalled, silent, blockedBy, isHalted }: Round,
  { fruitless }: Pace,
  deps: ApplyDependencies,
): Promise<ReadonlyMap<string, StallReason> | undefined> {
  if (isHalted) return undefined;
  const isSuspect = (id: string): boolean => silent.get(id) === 'timeout' || (silent.has(id) && fruitless >= PATIENCE);
  const isStalled = (id: string): boolean => {
    const reason = stalled.get(id);
    if (reason === 'notSignedIn') return fruitless > AWAIT_TOKEN_ROUNDS;
    return reason !== undefined || isSuspect(id) || (blockedBy.has(id) && fruitless > LOOK_AT_CLAIMS_EVERY);
  };
  const open = chunk.users.filter(({ outcome }) => outcome === null);
  if (open.length === 0 || !open.every(({ id }) => isStalled(id))) return undefined;
  if (silent.size === 0) return stalled;
  if (!(await answersForOthers(chunk, new Set([...stalled.keys(), ...silent.keys()]), deps))) return undefined;
  return new Map([...stalled, ...[...silent.keys()].map((id) => [id, 'graphUnavailable'] as const)]);
}

/** When and how the next round begins. */
interface Pace {
  readonly pauseMs: number;
  /** Whether cached rows must be read again. */
  readonly fresh: boolean;
  /** Rounds without an outcome since the last that had one. */
  readonly fruitless: number;
}

const FIRST_ROUND: Pace = { pauseMs: 0, fresh: false, fruitless: 0 };

/** @param random from 0 to 1: spreads workers that wait for the same thing */
function paceAfter(before: Pace, round: Round, random: number): Pace {
  const isFruitful = round.outcomes.size > 0;
  const fruitless = isFruitful ? 0 : before.fruitless;
  // Users left out by the quota wait only for the quota; the cached rows are still good.
  if (round.isCutShort && isFruitful && round.retryAfterMs === undefined) return { ...FIRST_ROUND };
  return { pauseMs: backoffMs(fruitless, round.retryAfterMs, random), fresh: true, fruitless: fruitless + 1 };
}

/** @throws UnprocessableMessageError when the chunk does not exist */
async function readChunkOf(
  message: ChangeMessage,
  deps: ApplyDependencies,
): Promise<{ operation: Operation; chunk: Chunk }> {
  const [whole, chunk] = await Promise.all([
    deps.operations.getRecent(message.operationId),
    deps.operations.getChunk(message.operationId, message.chunk),
  ]);
  if (whole === undefined || chunk === undefined) throw new UnprocessableMessageError('No operation has this chunk.');
  const operation = operationFor(whole, chunk);
  // An earlier delivery may have broken off between storing outcomes and recording what follows from them.
  if (outcomesOf(chunk).length > 0) await recordOutcomes(operation, chunk, deps, { everyClaim: true });
  return { operation, chunk };
}

/** Stores the outcomes of a round and returns the chunk as it is stored then. */
async function keepRound(operation: Operation, before: Chunk, round: Round, deps: ApplyDependencies): Promise<Chunk> {
  if (round.chunk === undefined) return storeBesideOther(operation, before, round.outcomes, deps);
  return round.outcomes.size > 0 ? storeOutcomes(operation, round.chunk, round.outcomes, deps) : round.chunk;
}

function summaryOf({ actor }: Operation, chunk: Chunk, rounds: number): ApplySummary {
  const outcomes = outcomesOf(chunk);
  return {
    ...loggedActor(actor),
    lowered: outcomes.filter(isLowered).length,
    users: chunk.users.length,
    putAside: chunk.users.length - outcomes.length,
    outcomes: tally(outcomes.map(({ outcome }) => outcome)),
    codes: tally(outcomes.flatMap(({ code }) => code ?? [])),
    rounds,
  };
}
