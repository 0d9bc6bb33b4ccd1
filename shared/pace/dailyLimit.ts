import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { oneAtATime } from '../oneAtATime.ts';
import { textOf } from '../tables/columns.ts';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow } from '../tables/versionedRow.ts';

const PARTITION = 'weakened';
/** So many changes can be stored between a lost answer and the next look at the row. */
const KEPT_CHANGES = 50;

const changesSchema = z.array(z.object({ id: z.string(), step: z.number() }));

function newestOf(row: StoredRow | undefined): z.infer<typeof changesSchema> {
  const text = row === undefined ? '' : textOf(row, 'changes');
  return text === '' ? [] : changesSchema.parse(JSON.parse(text));
}

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

  /**
   * Changes the count of a day once and returns by how much. The row has the newest changes by id: where the answer to a
   * write was lost, the row shows that the change was made.
   */
  async function change(day: string, by: (count: number) => number): Promise<number> {
    const id = randomUUID();
    return changeRow(await open('quota'), { partitionKey: PARTITION, rowKey: day }, (row) => {
      const count = countOf(row);
      const newest = newestOf(row);
      const made = newest.find((one) => one.id === id);
      if (made !== undefined) return { result: made.step };
      const step = by(count);
      if (step === 0) return { result: 0 };
      const changes = JSON.stringify([...newest, { id, step }].slice(-KEPT_CHANGES));
      return { columns: { count: count + step, changes }, result: step };
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
