import { isConflict } from '../tables/failures.ts';
import { insertIfAbsent, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

const PARTITION = 'weakened';

/** Users of a day's limit that were taken. */
export interface TakenUsers {
  readonly users: number;
  /** The day that it was taken from, in UTC: `2026-03-02`. */
  readonly day: string;
}

/**
 * The daily limit on lowering states, over all callers: whoever takes over one caller cannot lower the whole tenant.
 */
export interface DailyLimit {
  readonly usersPerDay: number;
  /** Takes as many of these users as the day has left, before their states are lowered. What is not used is given back. */
  take(users: number): Promise<TakenUsers>;
  /** Gives back users whose states were not lowered after all. */
  giveBack(taken: TakenUsers): Promise<void>;
  /** How many users the day has left. */
  left(): Promise<number>;
}

/**
 * Counts all instances together: one row a day (table `quota`, partition `weakened`, row = day), which is written on the
 * version that was read. A process that ends before it uses what it took keeps it from others: the count may be too high,
 * never too low.
 * @param now milliseconds since 1970
 */
export function sharedDailyLimit(open: OpenTable, usersPerDay: number, now: () => number): DailyLimit {
  const today = (): string => new Date(now()).toISOString().slice(0, 10);

  async function read(day: string): Promise<{ count: number; etag: string | undefined }> {
    const row = await readRow(await open('quota'), PARTITION, day);
    return { count: typeof row?.count === 'number' ? row.count : 0, etag: row?.etag };
  }

  /** Changes the count of a day and returns by how much. */
  async function change(day: string, by: (count: number) => number): Promise<number> {
    const table = await open('quota');
    for (;;) {
      const { count, etag } = await read(day);
      const step = by(count);
      if (step === 0) return 0;
      const row = { partitionKey: PARTITION, rowKey: day, count: count + step };
      try {
        if (etag === undefined) {
          if (await insertIfAbsent(table, row)) return step;
        } else {
          await table.updateEntity(row, 'Replace', { etag });
          return step;
        }
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
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
    usersPerDay,
    take: async (users) => {
      const day = today();
      if (users === 0 || usersPerDay === 0) return { users: 0, day };
      const taken = await inTurn(() => change(day, (count) => Math.max(0, Math.min(users, usersPerDay - count))));
      return { users: taken, day };
    },
    giveBack: async ({ users, day }) => {
      if (users > 0) await inTurn(() => change(day, (count) => -Math.min(users, count)));
    },
    left: async () => Math.max(0, usersPerDay - (await read(today())).count),
  };
}

/** Why a user's state is not lowered, and what to do. */
export function explainDailyLimit(usersPerDay: number): {
  readonly code: 'weakeningCeiling';
  readonly message: string;
} {
  return {
    code: 'weakeningCeiling',
    message: `At most ${usersPerDay} users may be weakened in a day (UTC), by all callers together. Retry the operation on another day, or raise the setting MAX_WEAKENED_PER_DAY.`,
  };
}
