import { oneAtATime } from '../oneAtATime.ts';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow } from '../tables/versionedRow.ts';

const PARTITION = 'weakened';

/** Users counted against the limit of a day. */
export interface TakenUsers {
  readonly users: number;
  /** The day, in UTC: `2026-03-02`. */
  readonly day: string;
}

/**
 * The daily limit on lowering states, over all callers: an attacker who takes over one caller cannot lower the whole tenant.
 */
export interface DailyLimit {
  readonly usersPerDay: number;
  /** Counts as many of these users as the day has left, before their states are lowered. Unused ones are given back. */
  take(users: number): Promise<TakenUsers>;
  /** Gives back users whose states were not lowered after all. */
  giveBack(taken: TakenUsers): Promise<void>;
  /** How many users the day has left. */
  left(): Promise<number>;
}

/**
 * Counts all instances together: one row a day (table `quota`, partition `weakened`, row = day), which is written on the
 * version that was read. A process that ends before it uses its share does not give it back: the count may be too high, but
 * never too low.
 * @param now milliseconds since 1970
 */
export function sharedDailyLimit(open: OpenTable, usersPerDay: number, now: () => number): DailyLimit {
  const today = (): string => new Date(now()).toISOString().slice(0, 10);

  const inTurn = oneAtATime();
  const countOf = (row: StoredRow | undefined): number => (typeof row?.count === 'number' ? row.count : 0);

  /** Changes the count of a day and returns by how much. */
  async function change(day: string, by: (count: number) => number): Promise<number> {
    return changeRow(await open('quota'), { partitionKey: PARTITION, rowKey: day }, (row) => {
      const count = countOf(row);
      const step = by(count);
      return step === 0 ? { result: 0 } : { columns: { count: count + step }, result: step };
    });
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
    left: async () => Math.max(0, usersPerDay - countOf(await readRow(await open('quota'), PARTITION, today()))),
  };
}

/** Why a user's state is not lowered, and what to do. */
export function explainDailyLimit(usersPerDay: number): {
  readonly code: 'dailyLoweringLimit';
  readonly message: string;
} {
  return {
    code: 'dailyLoweringLimit',
    message: `The daily limit allows lowering the states of ${usersPerDay} users a day (UTC), for all callers together. Retry the operation on another day, or raise the setting MAX_LOWERED_PER_DAY.`,
  };
}
