import { isExpress, type Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isObjectId } from '../domain/userReference.ts';
import { type Answer, wasNotCarriedOut } from '../graph/answer.ts';
import type { Silence } from '../graph/read.ts';
import { allowsSome, missingReasonOf, silenceOf } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import { PREPARE_MS, type Turn } from '../pace/pacer.ts';
import { isClaimOf } from '../users/claim.ts';
import type { Claim } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { claimUsers } from './claimUsers.ts';
import { decideUsers } from './decideUsers.ts';
import type { StallReason } from './decision.ts';
import { holdBackLowering } from './holdBackLowering.ts';
import { type DecidedUser, idsOf, isAwaiting, isToWrite } from './openUser.ts';
import { outcomeOf } from './outcomeOf.ts';
import { type UnusedClaims, unusedClaimsAfter } from './unusedClaims.ts';
import { isHalted } from './writeUnlessHalted.ts';
import { writeUsers } from './writeUsers.ts';

/** After a longer wait for the quota, the state read before it is too old to decide on. */
const READ_STAYS_FRESH_MS = 1_000;

/** A user whose write was sent. Graph may still carry out a write that it did not answer. */
export interface Written {
  /** Object id. */
  readonly id: string;
  readonly isAnswered: boolean;
}

/** The result of one round over a chunk. */
export interface Round {
  /** The chunk that the outcomes belong to; undefined when another worker changed it, so that nothing was decided. */
  readonly chunk: Chunk | undefined;
  /** New outcomes by object id. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** True when the quota had room for some of the users only. */
  readonly isCutShort: boolean;
  /** True when users were not written because all writes are halted. */
  readonly isHalted: boolean;
  /** The longest that Graph asked to wait; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** Users whose write Graph carried out, or may have carried out. */
  readonly written: readonly Written[];
  /** Ids of users with a claim of an earlier delivery, which may have written. */
  readonly resumed: readonly string[];
  readonly unusedClaims: UnusedClaims;
  /** Users who alone could not be decided or written, with the reason, by object id. */
  readonly stalled: ReadonlyMap<string, StallReason>;
  /** Users who could not be decided or written, because Graph did not answer their whole batch, by object id. */
  readonly silent: ReadonlyMap<string, Silence>;
  /** Claims of other changes that users of this chunk wait for, by object id. */
  readonly blockedBy: ReadonlyMap<string, Claim>;
}

interface RoundOptions {
  readonly fresh: boolean;
  readonly deadline: number;
  readonly unusedClaims: UnusedClaims;
  readonly batchSize: number;
}

/**
 * One round over the users of a chunk who have no outcome: read and decide, ask for a grant of the quota, hold back what
 * the daily limit does not allow, claim, fence the chunk, write, and turn Graph's answers into outcomes. Nothing is kept
 * from an earlier round, so each decides on the present.
 * @param options.fresh read the users' rows from the table, not from the cache
 * @param options.unusedClaims those after the rounds before
 * @param options.batchSize how many users a batch to Graph has
 * @param options.deadline milliseconds since 1970; the longest wait for the quota
 */
export async function applyRound(
  operation: Operation,
  chunk: Chunk,
  deps: ApplyDependencies,
  options: RoundOptions,
): Promise<Round> {
  let fresh = options.fresh;
  let turn: Turn | undefined;
  for (;;) {
    const decided = await unlessHalted(await decideUsers(operation, chunk, deps, { ...options, fresh }), deps);
    turn ??= await reserveTurn(operation, decided, options.deadline, deps);
    if (turn !== undefined && turn.at > options.deadline)
      return withoutOutcomes({ chunk, retryAfterMs: turn.at - deps.now() });
    if ((await waitToPrepare(turn, deps)) > READ_STAYS_FRESH_MS) continue;
    const granted = await unlessHalted(withinGrant(decided, turn), deps);
    const limited = await holdBackLowering(operation, chunk.key, granted, deps);
    // A refusal based on a cached row may be stale: decide again on the stored row first.
    const mayStore = fresh || limited.refused === 0;
    const claimedAt = deps.now(); // before the claim is stored, because the answer may take long
    if (!mayStore || !(await claimUsers(operation, chunk, limited.users, claimedAt, deps))) {
      // A claim may be stored although its answer was lost: such a user stays counted.
      await limited.giveBackUnclaimed(await deps.users.load(chunk.lane, limited.counted));
      fresh = true;
      continue;
    }
    const fenced = await fence(operation, chunk, limited.users, deps);
    if (fenced === undefined) return withoutOutcomes({ chunk: undefined }); // the claims stand, and are counted
    const sent = await writeUsers(operation, limited.users, { turn, claimedAt, batchSize: options.batchSize }, deps);
    const answers = sent ?? new Map<string, Answer>();
    const outcomes = outcomesOf(operation, fenced, limited.users, answers, deps);
    await holdBackPacer(answers, deps);
    await limited.giveBackFailed(outcomes);
    return {
      chunk: fenced,
      outcomes,
      isCutShort: granted.some(({ decision }) => decision.kind === 'awaitQuota'),
      isHalted: sent === undefined || granted.some(({ decision }) => decision.kind === 'awaitResume'),
      retryAfterMs: longestWait(limited.users, answers),
      written: writtenUsers(answers),
      resumed: idsOf(
        limited.users.filter(
          ({ row: { claim }, decision }) =>
            claim !== null && isClaimOf(claim, operation.id, chunk.key) && !isAwaiting(decision),
        ),
      ),
      unusedClaims: unusedClaimsAfter(limited.users, answers, claimedAt, options.unusedClaims),
      stalled: stalledUsers(limited.users, answers),
      silent: silentUsers(limited.users, answers),
      blockedBy: blockingClaims(operation, chunk, limited.users),
    };
  }
}

function withoutOutcomes(round: Pick<Round, 'chunk'> & Partial<Round>): Round {
  return {
    outcomes: new Map(),
    isCutShort: false,
    isHalted: false,
    retryAfterMs: undefined,
    written: [],
    resumed: [],
    unusedClaims: new Map(),
    stalled: new Map(),
    silent: new Map(),
    blockedBy: new Map(),
    ...round,
  };
}

/** While writes are halted, the users to be written wait; all others are decided as usual, canceled ones among them. */
async function unlessHalted(users: readonly DecidedUser[], deps: ApplyDependencies): Promise<DecidedUser[]> {
  if (!users.some(isToWrite) || !(await isHalted(deps))) return [...users];
  return users.map((user) => (isToWrite(user) ? { ...user, decision: { kind: 'awaitResume' } } : user));
}

/** Reserves a turn for the users to be written; undefined when there are none. */
async function reserveTurn(
  operation: Operation,
  users: readonly DecidedUser[],
  deadline: number,
  { pacer }: ApplyDependencies,
): Promise<Turn | undefined> {
  const writes = users.filter(isToWrite).length;
  return writes === 0 ? undefined : pacer.reserve(writes, isExpress(operation), deadline, operation.actor.id);
}

/** Waits until the writes of a turn must be prepared. Returns the time waited, in milliseconds. */
async function waitToPrepare(turn: Turn | undefined, { now, wait }: ApplyDependencies): Promise<number> {
  const pause = (turn?.at ?? 0) - PREPARE_MS - now();
  if (pause > 0) await wait(pause);
  return pause;
}

/** Keeps as many users as the quota granted; the others wait for the next round. */
function withinGrant(users: readonly DecidedUser[], turn: Turn | undefined): DecidedUser[] {
  const granted = new Set(
    users
      .filter(isToWrite)
      .slice(0, turn?.writes)
      .map(({ id }) => id),
  );
  return users.map((user) =>
    isToWrite(user) && !granted.has(user.id) ? { ...user, decision: { kind: 'awaitQuota' } } : user,
  );
}

/** Gives the chunk a new version before the writes, so that another worker cannot store outcomes it decided earlier. */
async function fence(
  operation: Operation,
  chunk: Chunk,
  users: readonly DecidedUser[],
  { operations }: ApplyDependencies,
): Promise<Chunk | undefined> {
  return users.some(isToWrite) ? operations.fenceChunk(operation.id, chunk) : chunk;
}

/** All outcomes of a round have one time, so that their audit entries are recorded together. */
function outcomesOf(
  operation: Operation,
  chunk: Chunk,
  users: readonly DecidedUser[],
  answers: ReadonlyMap<string, Answer>,
  { now }: ApplyDependencies,
): ReadonlyMap<string, Outcome> {
  const at = new Date(now()).toISOString();
  const isAllowedForOthers =
    allowsSome(answers.values()) || chunk.users.some(({ outcome }) => outcome?.outcome === 'applied');
  const outcomes = new Map<string, Outcome>();
  const references = new Map(chunk.users.map(({ id, reference }) => [id, reference]));
  for (const { id, decision, row } of users) {
    if (isAwaiting(decision)) continue;
    const outcome = outcomeOf(decision, answers.get(id), { operation, chunk, at, isAllowedForOthers });
    const addsName = row.name !== '' && isObjectId(references.get(id) ?? '');
    if (outcome !== undefined) outcomes.set(id, addsName ? { ...outcome, userName: row.name } : outcome);
  }
  return outcomes;
}

/** When Graph throttles a write, all instances wait as long as Graph asks. */
async function holdBackPacer(answers: ReadonlyMap<string, Answer>, { pacer, now }: ApplyDependencies): Promise<void> {
  const waits = [...answers.values()].flatMap((answer) =>
    answer.kind === 'retry' && answer.throttled ? (answer.retryAfterMs ?? 0) : [],
  );
  const longestMs = Math.max(0, ...waits);
  if (longestMs > 0) await pacer.holdUntil(now() + longestMs);
}

function longestWait(users: readonly DecidedUser[], answers: ReadonlyMap<string, Answer>): number | undefined {
  const waits = [...users.map(({ decision }) => decision), ...answers.values()].flatMap((one) =>
    one.kind === 'retry' ? (one.retryAfterMs ?? []) : [],
  );
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A write was not carried out when it was refused, throttled or not signed in. */
function writtenUsers(answers: ReadonlyMap<string, Answer>): Written[] {
  return [...answers].flatMap(([id, answer]) => {
    if (answer.kind === 'ok') return { id, isAnswered: true };
    return answer.kind === 'refused' || wasNotCarriedOut(answer) ? [] : { id, isAnswered: false };
  });
}

/** Users whose state Graph does not show, or whose write it did not answer, although it answered the batch. */
function stalledUsers(
  users: readonly DecidedUser[],
  answers: ReadonlyMap<string, Answer>,
): ReadonlyMap<string, StallReason> {
  const stalled = new Map<string, StallReason>();
  for (const { id, decision } of users) {
    const answer = answers.get(id);
    if (decision.kind === 'retry' && decision.reason !== undefined) stalled.set(id, decision.reason);
    const reason = answer === undefined ? undefined : missingReasonOf(answer);
    if (reason !== undefined) stalled.set(id, reason);
  }
  return stalled;
}

function silentUsers(
  users: readonly DecidedUser[],
  answers: ReadonlyMap<string, Answer>,
): ReadonlyMap<string, Silence> {
  const silent = new Map<string, Silence>();
  for (const { id, decision } of users) {
    const answer = answers.get(id);
    const silence = answer === undefined ? decision.kind === 'retry' && decision.silence : silenceOf(answer);
    if (silence) silent.set(id, silence);
  }
  return silent;
}

function blockingClaims(operation: Operation, chunk: Chunk, users: readonly DecidedUser[]): ReadonlyMap<string, Claim> {
  const claims = new Map<string, Claim>();
  for (const { id, decision, row } of users)
    if (decision.kind === 'retry' && row.claim !== null && !isClaimOf(row.claim, operation.id, chunk.key))
      claims.set(id, row.claim);
  return claims;
}
