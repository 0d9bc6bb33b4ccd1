import { z } from 'zod';
import { removeRows } from '../tables/remove.ts';
import { readRange, readRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';
import { type Completed, type Sweep, sweepSchema } from './sweep.ts';

/** A stored sweep, and the lease of the invocation that works on it. */
export interface Checkpoint {
  readonly sweep: Sweep;
  /** Until when an invocation holds the sweep, in milliseconds since 1970. */
  readonly heldUntil: number;
  readonly etag: string;
}

/**
 * Whether an invocation works on the sweep. A clock may be set back: an end later than any invocation would set is ignored.
 * @param now milliseconds since 1970
 */
export function isHeldNow({ heldUntil, sweep }: Checkpoint, now: number, holdMs = HOLD_MS): boolean {
  return sweep.step.kind !== 'done' && heldUntil > now && heldUntil <= now + holdMs;
}

/** After each step, an invocation holds the sweep for this long. Another invocation ends at once meanwhile. */
export const HOLD_MS = 5 * 60_000;

export const sweepStatuses = ['running', 'completed', 'failed'] as const;

/** The report of a sweep for administrators. */
const sweepReportSchema = z.object({
  sweep: z.number(),
  status: z.enum(sweepStatuses),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** The next step; null when the sweep is complete. */
  step: z.string().nullable(),
  users: z.record(z.string(), z.number()),
  listed: z.number(),
  /** Users of the last completed sweep: about as many as this one will list. Null for the first sweep. */
  expected: z.number().nullable().default(null),
  entries: z.record(z.string(), z.number()),
  promoted: z.number(),
  reminded: z.number().default(0),
  requests: z.number(),
  seconds: z.number(),
  resumed: z.number(),
  notes: z.array(z.string()),
  problem: z.string().nullable(),
});
export type SweepReport = z.infer<typeof sweepReportSchema>;

const CURRENT = 'current';
const ROW = 'sweep';
const REPORTS = 'runs';

/**
 * Registration sweeps: table `sweeps`. Partition `current` has one row, the current or last sweep; partition `runs` has
 * one report per sweep, newest first.
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
   * Stores the progress of a sweep.
   * @param etag the version that this one replaces; undefined for the first
   * @returns the checkpoint; undefined when another invocation has stored one since, and this one must stop
   */
  async write(sweep: Sweep, heldUntil: number, etag: string | undefined): Promise<Checkpoint | undefined> {
    const table = await this.#open('sweeps');
    const row = { partitionKey: CURRENT, rowKey: ROW, heldUntil: String(heldUntil), ...toSplitText('sweep', sweep) };
    const version = await writeVersion(table, row, etag);
    return version === undefined ? undefined : { sweep, heldUntil, etag: version };
  }

  /** The last completed sweep, also while another is under way. */
  async completed(): Promise<Completed | undefined> {
    return (await this.read())?.sweep.completed ?? undefined;
  }

  /** Stores the report of a sweep. */
  async report(sweep: Sweep, status: SweepReport['status'], now: number): Promise<void> {
    const report: SweepReport = {
      sweep: sweep.number,
      status,
      startedAt: sweep.startedAt,
      finishedAt: status === 'completed' ? new Date(now).toISOString() : null,
      step: status === 'completed' ? null : sweep.step.kind,
      users: sweep.users,
      listed: sweep.listed,
      expected: sweep.expected,
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
    const row = { partitionKey: REPORTS, rowKey: sweepKeyOf(sweep), ...toSplitText('run', report) };
    await table.upsertEntity(row, 'Replace');
  }

  /**
   * Sweep reports from the newest to the oldest.
   * @param after the key of the report before the first one wanted
   * @param pageSize how many rows are read at a time
   */
  async *newestFirst(
    after = '',
    pageSize = 100,
  ): AsyncGenerator<{ readonly key: string; readonly report: SweepReport }> {
    const range = { from: `${after}!`, to: '~', pageSize };
    for await (const row of readRange(await this.#open('sweeps'), REPORTS, range))
      yield { key: row.rowKey, report: sweepReportSchema.parse(fromSplitText('run', row)) };
  }

  /** The number of the newest sweep that has a report; 0 for none. */
  async newestNumber(): Promise<number> {
    for await (const { report } of this.newestFirst('', 1)) return report.sweep;
    return 0;
  }

  /**
   * Removes the reports of sweeps that began before this time, ISO 8601. The newest report stays: the numbers of sweeps
   * continue from it. Returns the number of removed reports.
   */
  async forget(before: string): Promise<number> {
    const keys: string[] = [];
    let isNewest = true;
    for await (const { key, report } of this.newestFirst()) {
      if (!isNewest && report.startedAt < before) keys.push(key);
      isNewest = false;
    }
    await removeRows(await this.#open('sweeps'), REPORTS, keys);
    return keys.length;
  }
}

/** The row key of a sweep report. */
export const sweepKeySchema = z.string().regex(/^\d{10}$/);

/** Sorts newest first by number, not by time: a clock may be set back. */
function sweepKeyOf({ number }: Sweep): string {
  return String(9_999_999_999 - number).padStart(10, '0');
}
