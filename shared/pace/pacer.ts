import { z } from 'zod';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { oneAtATime } from '../oneAtATime.ts';
import { textOf } from '../tables/columns.ts';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow, type RowChange } from '../tables/versionedRow.ts';
import { addGrant, earliestStart, type Grant, joinGrants, type Limit, roomAt } from './grants.ts';
import { leftOf, type Share, type Shares, sharesSchema, takeShare } from './shares.ts';

/**
 * The part of the quota that bulk work leaves free, so that a small change never waits for a large one.
 */
const KEPT_FOR_EXPRESS = 0.03;
/**
 * How long it takes to prepare writes: to read, to claim the users and to store the claims. Bulk work reserves a turn this
 * much later and writes exactly then, because the time of preparing varies more than a window can absorb.
 */
export const PREPARE_MS = 500;
/** The longest time that a request may take to reach Graph: windows are longer by it. */
const TRAVEL_MS = 250;

/** The longest wait that Graph can ask for: a wrong answer must not stop all writes for good. */
const LONGEST_HOLD_MS = 10 * 60_000;

const PARTITION = 'graph';
const ROW = 'writes';
const grantsSchema = z.array(z.tuple([z.number(), z.number()]));

/** The part of it that one caller may use in a window: the rest is for the small changes of other callers. */
const SHARE_OF_CALLER = 0.5;

/** Says when writes to Graph may start. */
export interface Pacer {
  /**
   * Reserves writes at the earliest time at which a batch of them may start, and as many of them as may start then. Waiting
   * for all of them would leave the rest of a window unused.
   * @param notAfter when that time is later, nothing is reserved
   * @param caller who asked for an express operation: it uses only the caller's share of what bulk work leaves free
   */
  reserve(writes: number, express: boolean, notAfter?: number, caller?: string): Promise<Turn>;
  /** No write may start before this time, because Graph asked to wait. */
  holdUntil(time: number): Promise<void>;
  /** The time before which no write may start, in milliseconds since 1970; in the past when Graph did not ask to wait. */
  heldUntil(): Promise<number>;
}

/** A reserved turn to write. */
export interface Turn {
  /** When it begins, in milliseconds since 1970. */
  readonly at: number;
  /** How many writes may start then: at least one, and at most those that were asked for. */
  readonly writes: number;
}

/** The measurements of each grant. */
export interface PaceReport {
  /** How long until the writes may start. */
  readonly waitMs: number;
  /** The part of the quota that is granted in the present window, this grant included. */
  readonly used: number;
}

/** For tenants, or tests, without a quota. */
export const unpaced: Pacer = {
  reserve: async (writes) => ({ at: 0, writes }),
  holdUntil: async () => {},
  heldUntil: async () => 0,
};

/**
 * Keeps all instances together below Graph's quota of writes. One row (table `quota`) holds the writes granted in the last
 * window, and a grant is reserved by writing the row on the version that was read.
 *
 * All lanes share one row instead of having a part each: users are never spread evenly over lanes, so parts would leave a
 * sixth of the quota unused, and a single change would wait for its lane. At the documented rate the row is written about
 * once a second.
 */
export function sharedPacer(
  open: OpenTable,
  limit: Limit,
  now: () => number,
  report: (grant: PaceReport) => void = () => {},
): Pacer {
  const joinMs = Math.ceil(limit.windowMs / 300);
  const guarded: Limit = { writes: limit.writes, windowMs: limit.windowMs + TRAVEL_MS + joinMs };
  const bulk: Limit = { ...guarded, writes: Math.max(1, Math.floor(limit.writes * (1 - KEPT_FOR_EXPRESS))) };

  const key = { partitionKey: PARTITION, rowKey: ROW };
  const inTurn = oneAtATime();

  const share: Share = {
    writes: Math.max(1, Math.floor((guarded.writes - bulk.writes) * SHARE_OF_CALLER)),
    windowMs: guarded.windowMs,
  };

  /** The turn of this many writes, given the writes granted before, and how many of them are from what bulk leaves free. */
  function turnFor(
    { asked, express, caller }: Asked,
    { grants, heldUntil, shares }: State,
  ): { readonly turn: Turn; readonly fromShare: number } {
    const from = Math.max(now() + (express ? 0 : PREPARE_MS), heldUntil);
    const turnWithin = (within: Limit, most: number): Turn => {
      const least = Math.min(most, BATCH_MAX_REQUESTS, within.writes);
      const at = Math.ceil(earliestStart(grants, least, from, within));
      return { at, writes: Math.max(least, Math.min(most, roomAt(grants, at, within))) };
    };
    const usual = turnWithin(bulk, asked);
    if (!express || usual.at <= from) return { turn: usual, fromShare: 0 };
    const most = caller === undefined ? asked : Math.min(asked, leftOf(shares, caller, now(), share));
    if (most === 0) return { turn: usual, fromShare: 0 };
    const early = turnWithin(guarded, most);
    return early.at < usual.at ? { turn: early, fromShare: early.writes } : { turn: usual, fromShare: 0 };
  }

  return {
    reserve: (asked, express, notAfter = Number.POSITIVE_INFINITY, caller = undefined) =>
      inTurn(async () => {
        const { turn, used } = await changeRow(await open('quota'), key, (row): RowChange<Granted> => {
          const state = readState(row);
          const { turn, fromShare } = turnFor({ asked, express, caller }, state);
          if (turn.at > notAfter) return { result: { turn, used: undefined } };
          const grants = joinGrants(addGrant(state.grants, turn, now(), guarded.windowMs), joinMs);
          const used = grants.reduce((sum, grant) => sum + grant.writes, 0) / limit.writes;
          const shares = caller === undefined ? state.shares : takeShare(state.shares, caller, fromShare, now(), share);
          return { columns: columnsOf({ ...state, grants, shares }), result: { turn, used } };
        });
        if (used !== undefined) report({ waitMs: Math.max(0, turn.at - now()), used });
        return turn;
      }),
    holdUntil: (asked) =>
      inTurn(async () => {
        const time = Math.min(asked, now() + LONGEST_HOLD_MS);
        return changeRow(await open('quota'), key, (row) => {
          const state = readState(row);
          if (state.heldUntil >= time) return { result: undefined };
          return { columns: columnsOf({ ...state, heldUntil: time }), result: undefined };
        });
      }),
    heldUntil: async () => readState(await readRow(await open('quota'), PARTITION, ROW)).heldUntil,
  };
}

/** A turn, and the part of the quota that is used including it; undefined when nothing was reserved. */
interface Granted {
  readonly turn: Turn;
  readonly used: number | undefined;
}

/** What a caller of `reserve` asks for. */
interface Asked {
  readonly asked: number;
  readonly express: boolean;
  readonly caller: string | undefined;
}

/** The content of the shared row. */
interface State {
  readonly grants: readonly Grant[];
  readonly heldUntil: number;
  readonly shares: Shares;
}

function readState(row: StoredRow | undefined): State {
  if (row === undefined) return { grants: [], heldUntil: 0, shares: {} };
  const grants = grantsSchema.parse(JSON.parse(String(row.grants))).map(([at, writes]) => ({ at, writes }));
  const shares = textOf(row, 'shares'); // empty in a row of an earlier version
  return {
    grants,
    heldUntil: Number(row.heldUntil),
    shares: shares === '' ? {} : sharesSchema.parse(JSON.parse(shares)),
  };
}

function columnsOf({ grants, heldUntil, shares }: State) {
  return {
    grants: JSON.stringify(grants.map(({ at, writes }) => [at, writes])),
    heldUntil: String(heldUntil),
    shares: JSON.stringify(shares),
  };
}
