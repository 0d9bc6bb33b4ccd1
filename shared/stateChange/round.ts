import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { isExpress } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Answer } from '../graph/answer.ts';
import { readRegistrations } from '../graph/methods.ts';
import type { Read } from '../graph/read.ts';
import { explain, readStates, writeStates } from '../graph/requirements.ts';
import type { Chunk, ChunkUser } from '../operations/chunk.ts';
import { PREPARE_MS, type Turn } from '../pace/pacer.ts';
import { isClaimOf } from '../users/claim.ts';
import type { Claim, UserRow } from '../users/userRow.ts';
import type { ApplyEffects } from './applyEffects.ts';
import { type Decision, decide } from './decide.ts';
import { underCeiling } from './underCeiling.ts';

/** A wait for the quota that is longer makes what was read before it too old to decide on. */
const READ_STAYS_FRESH_MS = 1_000;
/** A write that could not be sent this soon after it was claimed is decided anew: the lane may have been lost. */
export const CLAIM_TO_WRITE_MS = 10_000;

/** What one round found out: an outcome for each user of the chunk, or null. */
export interface Round {
  /** The chunk that the outcomes are about; undefined when somebody else changed it, and nothing was found out. */
  readonly chunk: Chunk | undefined;
  readonly outcomes: readonly (Outcome | null)[];
  /** True when the quota had room for some of the users only; the others need no other reason to be tried again. */
  readonly isCutShort: boolean;
  /** The longest that Graph asked to wait; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** Users to whom a write was sent, whatever became of it. */
  readonly written: readonly string[];
  /** Claims of other work that are in the way. */
  readonly blockedBy: readonly Claim[];
}

/** A user who is not settled yet, with all that was found out. */
interface Candidate {
  readonly user: ChunkUser;
  readonly index: number;
  readonly state: Read<MfaState>;
  readonly registered: Read<boolean>;
  readonly row: UserRow;
  readonly decision: Decision;
}

/**
 * One round over the users of a chunk that have no outcome: read, decide, claim, write. Nothing is remembered from an
 * earlier round, so each decides on the present.
 * @param options.fresh read the users' rows from the table even if this process remembers them
 * @param options.deadline milliseconds since 1970; the quota is not waited for beyond it
 */
export async function runRound(
  operation: Operation,
  chunk: Chunk,
  effects: ApplyEffects,
  options: { readonly fresh: boolean; readonly deadline: number },
): Promise<Round> {
  let fresh = options.fresh;
  let turn: Turn | undefined;
  for (;;) {
    const looked = await look(operation, chunk, effects, fresh);
    const all = looked.filter(isWrite);
    if (turn === undefined && all.length > 0) {
      turn = await effects.pacer.reserve(all.length, isExpress(operation), options.deadline);
      if (turn.at > options.deadline) return { ...nothing(chunk), chunk, retryAfterMs: turn.at - effects.now() };
      const pause = turn.at - PREPARE_MS - effects.now();
      if (pause > 0) await effects.wait(pause);
      if (pause > READ_STAYS_FRESH_MS) continue;
    }
    const wanted = all.slice(0, turn?.writes);
    const weakening = await underCeiling(operation, chunk.key, wanted, effects);
    const writes = wanted.filter(({ index }) => !weakening.refused.has(index));
    const candidates = looked.map((candidate): Candidate => {
      const outcome = weakening.refused.get(candidate.index);
      return outcome === undefined ? candidate : { ...candidate, decision: { kind: 'settle', outcome } };
    });
    // Who is refused on a row that this process remembers may have been changed by another that ended since.
    const sure = fresh || weakening.refused.size === 0;
    const claimedAt = effects.now(); // not later: the claim may be stored long before this process hears of it
    if (!sure || !(await claim(operation, chunk, candidates, writes, effects))) {
      await weakening.cancel();
      fresh = true; // somebody else changed a row: decide again on what it is now
      continue;
    }
    const announced = writes.length === 0 ? chunk : await effects.operations.announceWrites(operation.id, chunk);
    if (announced === undefined) {
      await weakening.cancel();
      return { ...nothing(chunk), chunk: undefined };
    }
    const early = (turn?.at ?? 0) - effects.now();
    if (writes.length > 0 && early > 0) await effects.wait(early);
    const round = await finish(operation, announced, candidates, writes, effects, claimedAt);
    await weakening.settle(round.outcomes);
    return { ...round, isCutShort: all.length > wanted.length };
  }
}

function nothing(chunk: Chunk): Omit<Round, 'chunk'> {
  return {
    outcomes: chunk.users.map(() => null),
    isCutShort: false,
    retryAfterMs: undefined,
    written: [],
    blockedBy: [],
  };
}

/** What was found out about a user, before anything is decided. */
type Findings = Omit<Candidate, 'decision'>;

/** Reads what must be known of the users who have no outcome, and decides about each. */
async function look(operation: Operation, chunk: Chunk, effects: ApplyEffects, fresh: boolean): Promise<Candidate[]> {
  const { graph, users, now, consistencyMs } = effects;
  const open = chunk.users.flatMap((user, index) => (chunk.outcomes[index] ? [] : [{ user, index }]));
  const ids = open.map(({ user }) => user.id);
  const decideOne = (findings: Findings): Candidate => ({
    ...findings,
    decision: decide({ ...findings, operation, chunk: chunk.key, now: now(), consistencyMs }),
  });

  const [states, rows] = await Promise.all([
    readStates(graph, ids, now),
    fresh ? users.load(chunk.lane, ids) : ids.map((id) => users.recall(id)),
  ]);
  let candidates = open.map((entry, position) =>
    decideOne({
      ...entry,
      state: states[position] as Read<MfaState>,
      row: rows[position] as UserRow,
      registered: { kind: 'unasked' },
    }),
  );
  candidates = await again(candidates, needsRegistration, async (some) => {
    const registrations = await readRegistrations(graph, idsOf(some), now);
    return some.map((one, position) => decideOne({ ...one, registered: registrations[position] as Read<boolean> }));
  });
  if (fresh) return candidates;
  return again(candidates, needsRow, async (some) => {
    const loaded = await users.load(chunk.lane, idsOf(some));
    return some.map((one, position) => decideOne({ ...one, row: loaded[position] as UserRow }));
  });
}

/** Decides once more about those who need it, with what is found out for them. */
async function again(
  candidates: readonly Candidate[],
  needed: (candidate: Candidate) => boolean,
  decideWithMore: (some: readonly Candidate[]) => Promise<Candidate[]>,
): Promise<Candidate[]> {
  const some = candidates.filter(needed);
  if (some.length === 0) return [...candidates];
  const better = new Map((await decideWithMore(some)).map((candidate) => [candidate.index, candidate]));
  return candidates.map((candidate) => better.get(candidate.index) ?? candidate);
}

function idsOf(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ user }) => user.id);
}

function needsRegistration({ decision }: Candidate): boolean {
  return decision.kind === 'needsRegistration';
}

/**
 * A user may be written, or found unchanged, on what this process remembers, for storing that checks the row. What ends
 * without storing it is decided on the row as it is: another process may have written meanwhile, and ended.
 */
function needsRow({ decision }: Candidate): boolean {
  return decision.kind === 'settle' || decision.kind === 'confirm';
}

function isWrite(candidate: Candidate): candidate is Candidate & { decision: Extract<Decision, { kind: 'write' }> } {
  return candidate.decision.kind === 'write';
}

/**
 * Stores, in one transaction, the claims on the users to be written, and the newest change of those who need no write.
 * False when a row is not as it was when it was decided on.
 */
function claim(
  operation: Operation,
  chunk: Chunk,
  candidates: readonly Candidate[],
  writes: readonly Candidate[],
  { users, now }: ApplyEffects,
): Promise<boolean> {
  const at = new Date(now()).toISOString();
  const rows = candidates.flatMap((candidate): UserRow[] => {
    const { decision, row } = candidate;
    if (decision.kind === 'write' && writes.includes(candidate))
      return [
        {
          ...row,
          claim: {
            sequence: sequenceAfter(operation, row),
            operationId: operation.id,
            chunk: chunk.key,
            from: decision.from,
            target: operation.targetState,
            overrides: [...decision.overrides],
            at,
          },
        },
      ];
    if (decision.kind === 'unchanged' && !operation.dryRun)
      return [
        {
          ...row,
          state: decision.state,
          stateAt: at,
          enabledSince: enabledSince(decision.state, row, at),
          sequence: sequenceAfter(operation, row),
          operationId: operation.id,
          chunk: chunk.key,
          claim: null,
        },
      ];
    return [];
  });
  return users.put(chunk.lane, rows);
}

/** A promotion leaves the order of what people asked for as it is. */
function sequenceAfter(operation: Operation, row: UserRow): string {
  return operation.kind === 'promotion' ? row.sequence : operation.sequence;
}

/** Since when a user who is found in a state has been enabled, as far as we know. */
function enabledSince(state: MfaState, row: UserRow, at: string): string {
  if (state !== 'enabled') return '';
  return row.state === 'enabled' && row.enabledSince !== '' ? row.enabledSince : at;
}

/** Sends the writes and reads what Graph says to each. */
async function finish(
  operation: Operation,
  chunk: Chunk,
  candidates: readonly Candidate[],
  writes: readonly Candidate[],
  { graph, pacer, now }: ApplyEffects,
  claimedAt: number,
): Promise<Omit<Round, 'isCutShort'>> {
  const target = operation.targetState;
  const late = now() - claimedAt > CLAIM_TO_WRITE_MS;
  const answers = writes.length === 0 || late ? [] : await writeStates(graph, idsOf(writes), target, operation.id, now);
  const answerOf = new Map(writes.map((candidate, position) => [candidate, answers[position]]));
  // One time for all that the round settled: entries of one time are recorded together.
  const at = new Date(now()).toISOString();
  const outcomes: (Outcome | null)[] = chunk.users.map(() => null);
  const waits: number[] = [];
  let throttledMs: number | undefined;

  for (const candidate of candidates) {
    const { decision, index } = candidate;
    const applied = (from: MfaState, overrides: readonly Acknowledgement[], requestId?: string): Outcome => ({
      outcome: 'applied',
      at,
      from,
      to: target,
      ...(requestId === undefined ? {} : { requestId }),
      ...withOverrides([...chunk.overrides, ...overrides]),
    });
    if (decision.kind === 'settle') outcomes[index] = { ...decision.outcome, at };
    else if (decision.kind === 'unchanged') outcomes[index] = { outcome: 'unchanged', at, from: decision.state };
    else if (decision.kind === 'confirm') outcomes[index] = applied(decision.from, decision.overrides);
    else if (decision.kind === 'later' && decision.retryAfterMs !== undefined) waits.push(decision.retryAfterMs);
    else if (isWrite(candidate)) {
      const answer: Answer | undefined = answerOf.get(candidate);
      if (answer?.kind === 'done')
        outcomes[index] = applied(candidate.decision.from, candidate.decision.overrides, answer.requestId);
      else if (answer?.kind === 'refused' && answer.status !== 401)
        outcomes[index] = { outcome: 'failed', at, from: candidate.decision.from, ...explain(answer) };
      else if (answer?.kind === 'later') {
        if (answer.retryAfterMs !== undefined) waits.push(answer.retryAfterMs);
        if (answer.throttled) throttledMs = Math.max(throttledMs ?? 0, answer.retryAfterMs ?? 0);
      }
    }
  }
  if (throttledMs !== undefined && throttledMs > 0) await pacer.holdUntil(now() + throttledMs);
  return {
    chunk,
    outcomes,
    retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits),
    written: late ? [] : idsOf(writes),
    blockedBy: candidates.flatMap(({ decision, row }) =>
      decision.kind === 'later' && row.claim !== null && !isClaimOf(row.claim, operation.id, chunk.key)
        ? [row.claim]
        : [],
    ),
  };
}

function withOverrides(overrides: readonly Acknowledgement[]): { overrides?: Acknowledgement[] } {
  return overrides.length === 0 ? {} : { overrides: [...new Set(overrides)] };
}
