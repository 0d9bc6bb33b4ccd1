import { z } from 'zod';
import { removeRows } from '../tables/remove.ts';
import { readRange, readRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';
import { type Completed, type Sweep, sweepSchema } from './sweep.ts';

/** A sweep as it was stored, with who may be at work on it. */
export interface Checkpoint {
  readonly sweep: Sweep;
  /** Until when a run holds the sweep, in milliseconds since 1970. */
  readonly heldUntil: number;
  readonly etag: string;
}

export const sweepStatuses = ['running', 'completed', 'failed'] as const;

/** How a sweep went, for people. */
const sweepReportSchema = z.object({
  sweep: z.number(),
  status: z.enum(sweepStatuses),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** What it does next; null when it is over. */
  step: z.string().nullable(),
  users: z.record(z.string(), z.number()),
  listed: z.number(),
  entries: z.record(z.string(), z.number()),
  promoted: z.number(),
  reminded: z.number().default(0),
  requests: z.number(),
  seconds: z.number(),
  resumed: z.number(),
  notes: z.array(z.string()),
  problem: z.string().nullable(),
});
export type Run = z.infer<typeof sweepReportSchema>;

const CURRENT = 'current';
const ROW = 'sweep';
const RUNS = 'runs';

/**
 * Registration sweeps: table `sweeps`. Partition `current` has one row, the sweep that is under way or was
 * the last; partition `runs` has a row a sweep, newest first.
 */
export class SweepStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  async read(): Promise<Checkpoint | undefined> {
    const row = await readRow(await this.#open('sweeps'), CURRENT, ROW);
    return (
      row && { sweep: sweepSchema.parse(fromSplitText('sweep', row)), heldUntil: Number(row.heldUntil), etag: row.etag }
    );
  }

  /**
   * Stores how far a sweep has come.
   * @param etag the version that it follows; undefined when there was none
   * @returns the checkpoint; undefined when another run stored one meanwhile, and this one must stop
   */
  async write(sweep: Sweep, heldUntil: number, etag: string | undefined): Promise<Checkpoint | undefined> {
    const table = await this.#open('sweeps');
    const row = { partitionKey: CURRENT, rowKey: ROW, heldUntil: String(heldUntil), ...toSplitText('sweep', sweep) };
    const version = await writeVersion(table, row, etag);
    return version === undefined ? undefined : { sweep, heldUntil, etag: version };
  }

  /** The last sweep that was completed, also while another is under way. */
  async completed(): Promise<Completed | undefined> {
    return (await this.read())?.sweep.completed ?? undefined;
  }

  /** Stores how a sweep goes. */
  async report(sweep: Sweep, status: Run['status'], now: number): Promise<void> {
    const run: Run = {
      sweep: sweep.number,
      status,
      startedAt: sweep.startedAt,
      finishedAt: status === 'completed' ? new Date(now).toISOString() : null,
      step: status === 'completed' ? null : sweep.step.kind,
      users: sweep.users,
      listed: sweep.listed,
      entries: sweep.entries,
      promoted: sweep.promoted,
      reminded: sweep.reminded,
      requests: sweep.requests,
      seconds: Math.round(sweep.workedMs / 100) / 10,
      resumed: sweep.resumed,
      notes: sweep.notes,
      problem: sweep.problem,
    };
    const table = await this.#open('sweeps');
    await table.upsertEntity({ partitionKey: RUNS, rowKey: runKey(sweep), ...toSplitText('run', run) }, 'Replace');
  }

  /**
   * Sweeps from the newest to the oldest, with the keys after which a listing goes on.
   * @param pageSize how many are read at a time
   */
  async *newestFirst(after = '', pageSize = 100): AsyncGenerator<{ readonly key: string; readonly run: Run }> {
    const range = { from: `${after}!`, to: '~', pageSize };
    for await (const row of readRange(await this.#open('sweeps'), RUNS, range))
      yield { key: row.rowKey, run: sweepReportSchema.parse(fromSplitText('run', row)) };
  }

  /** Removes what is said of sweeps that began before this time, ISO 8601. Returns how many they were. */
  async forget(before: string): Promise<number> {
    const keys: string[] = [];
    for await (const { key, run } of this.newestFirst()) if (run.startedAt < before) keys.push(key);
    await removeRows(await this.#open('sweeps'), RUNS, keys);
    return keys.length;
  }
}

/** The key of what is said of a sweep. */
export const sweepKeySchema = z.string().regex(/^\d{10}$/);

/** Newest first by number: clocks may be put back, numbers are not. */
function runKey({ number }: Sweep): string {
  return String(9_999_999_999 - number).padStart(10, '0');
}
