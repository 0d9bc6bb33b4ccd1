import { insertIfAbsent, readRange } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Marks that are remembered, so that each is stored once by a process. */
const MAX_REMEMBERED = 1_000;

/**
 * Marks of entries that are recorded long after what they are about. Rows of `auditByTime` are stored by the day of their
 * entries, and sealed by the hour in which they were recorded: a mark says which other days have rows of an hour, so that
 * not all days have to be searched. A mark is stored before its row, in the table `control` (partition = `late_` and the day
 * of recording, row key = day of the entries).
 */
export class LateDays {
  readonly #open: OpenTable;
  readonly #marked = new Set<string>();

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /**
   * Marks a day if its rows would be missed otherwise.
   * @param day of the entries, such as 2026-03-01
   * @param recordedAt ISO 8601
   */
  async mark(day: string, recordedAt: string): Promise<void> {
    const recordedOn = recordedAt.slice(0, 10);
    if (daysNear(recordedOn).includes(day)) return;
    const mark = `${recordedOn} ${day}`;
    if (this.#marked.has(mark)) return;
    await insertIfAbsent(await this.#open('control'), { partitionKey: `late_${recordedOn}`, rowKey: day });
    if (this.#marked.size >= MAX_REMEMBERED) this.#marked.clear();
    this.#marked.add(mark);
  }

  /** All days that can have rows that were recorded on a day, in order. */
  async of(recordedOn: string): Promise<string[]> {
    const days = new Set(daysNear(recordedOn));
    const marks = readRange(await this.#open('control'), `late_${recordedOn}`, { from: '', to: '~' });
    for await (const { rowKey } of marks) days.add(rowKey);
    return [...days].sort();
  }
}

/** The days whose rows are always looked for: the clocks of two instances can differ. */
function daysNear(day: string): string[] {
  return [-1, 0, 1].map((days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10));
}
