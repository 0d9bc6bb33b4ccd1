import { z } from 'zod';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { isConflict } from '../tables/failures.ts';
import { insertIfAbsent, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { addGrant, earliestStart, type Grant, joinGrants, type Limit, roomAt } from './grants.ts';

/**
 * The part of the quota that bulk work leaves alone, so that a small change never waits behind a large one.
 */
const KEPT_FOR_EXPRESS = 0.03;
/**
 * How long it takes to prepare writes: to read, to claim the users and to store that. Bulk work reserves for so much
 * later, and writes just then, for how long preparing takes differs by more than a window has to spare.
 */
export const PREPARE_MS = 500;
/** Requests are on their way for a while: what starts this long after a window may arrive within it. */
const TRAVEL_MS = 250;

/** However long Graph asks to wait: a mistaken answer must not stop all writes for good. */
const LONGEST_HOLD_MS = 10 * 60_000;

const PARTITION = 'graph';
const ROW = 'writes';
const grantsSchema = z.array(z.tuple([z.number(), z.number()]));

/** Says when writes to Graph may start. */
export interface Pacer {
  /**
   * Reserves writes, at the earliest time at which a batch of them may start, and then as many of them as may start
   * with it: waiting for all would leave unused what is left of a window.
   * @param notAfter when that time is later, nothing is reserved
   */
  reserve(writes: number, express: boolean, notAfter?: number): Promise<Turn>;
  /** Nothing may start before this time: Graph said so. */
  holdUntil(time: number): Promise<void>;
  /** The time before which nothing may start, in milliseconds since 1970; in the past when nothing is held. */
  heldUntil(): Promise<number>;
}

/** Leave to write. */
export interface Turn {
  /** When it begins, in milliseconds since 1970. */
  readonly at: number;
  /** How many writes may start then: at least one, and at most those that were asked for. */
  readonly writes: number;
}

/** What is told of each grant. */
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
 * Keeps all instances together under Graph's quota of writes: one row (table `quota`) has the writes granted in the last
 * window, and a grant is taken by writing it on the version that was read.
 *
 * One shared row, and not a share for each lane: users never fall on lanes evenly, so shares would leave a sixth of the
 * quota unused, and a single change would wait for its lane. At the documented rate the row is written about once a
 * second.
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

  interface State {
    readonly grants: Grant[];
    readonly heldUntil: number;
    readonly etag: string | undefined;
  }

  async function read(): Promise<State> {
    const row = await readRow(await open('quota'), PARTITION, ROW);
    if (row === undefined) return { grants: [], heldUntil: 0, etag: undefined };
    const grants = grantsSchema.parse(JSON.parse(row.grants as string)).map(([at, writes]) => ({ at, writes }));
    return { grants, heldUntil: Number(row.heldUntil), etag: row.etag };
  }

  async function write(state: State): Promise<boolean> {
    const row = {
      partitionKey: PARTITION,
      rowKey: ROW,
      grants: JSON.stringify(state.grants.map(({ at, writes }) => [at, writes])),
      heldUntil: String(state.heldUntil),
    };
    const table = await open('quota');
    if (state.etag === undefined) return insertIfAbsent(table, row);
    try {
      await table.updateEntity(row, 'Replace', { etag: state.etag });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time within the process: waiting is cheaper than colliding. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  }

  return {
    reserve: (asked, express, notAfter = Number.POSITIVE_INFINITY) =>
      inTurn(async () => {
        for (;;) {
          const state = await read();
          const from = Math.max(now() + (express ? 0 : PREPARE_MS), state.heldUntil);
          const within = express ? guarded : bulk;
          const least = Math.min(asked, BATCH_MAX_REQUESTS, within.writes);
          const at = Math.ceil(earliestStart(state.grants, least, from, within));
          const writes = Math.max(least, Math.min(asked, roomAt(state.grants, at, within)));
          if (at > notAfter) return { at, writes };
          const added = addGrant(state.grants, { at, writes }, now(), guarded.windowMs);
          const grants = joinGrants(added, joinMs);
          if (!(await write({ ...state, grants }))) continue;
          report({
            waitMs: Math.max(0, at - now()),
            used: grants.reduce((sum, grant) => sum + grant.writes, 0) / limit.writes,
          });
          return { at, writes };
        }
      }),
    holdUntil: (asked) =>
      inTurn(async () => {
        const time = Math.min(asked, now() + LONGEST_HOLD_MS);
        for (;;) {
          const state = await read();
          if (state.heldUntil >= time || (await write({ ...state, heldUntil: time }))) return;
        }
      }),
    heldUntil: async () => (await read()).heldUntil,
  };
}
