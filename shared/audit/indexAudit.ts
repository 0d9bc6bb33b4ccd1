import type { TableClient } from '@azure/data-tables';
import { BoundedMap } from '../boundedMap.ts';
import { readPage, readPartitions, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { DAY_MS, dayOf, daysBack, timeOf } from './auditTime.ts';
import { type EntryRow, readEntryRowOrSkip } from './entryRow.ts';
import { type AddedNames, indexRows } from './indexRows.ts';
import { EVERYTHING, type IndexState, readIndexState, writeIndexState } from './indexState.ts';
import { readOutOfOrder, readRowsByKey } from './outOfOrder.ts';
import { readRecorded } from './recordedRows.ts';

/** A row can be stored this long after its `recordedAt`: `functionTimeout` of host.json, and clocks that differ. */
export const SETTLE_MS = 10 * 60_000;
/** After an upgrade, instances of the version before still add rows without `recordedAt` for a while. */
const BACKFILL_AFTER_MS = 30 * 60_000;
/** The longest period that is added before the progress is stored. */
const PERIOD_MS = 60 * 60_000;
const ROWS_AT_ONCE = 100;
/** Names that a run remembers to have added; each takes about 150 bytes. */
const MAX_NAMES = 100_000;
/** Below `functionTimeout` of host.json. The next invocation continues. */
export const INDEX_BUDGET_MS = 4 * 60_000;

export interface IndexAuditDependencies {
  readonly open: OpenTable;
  readonly now: () => number;
  /** Where audit entries have a retention, older days are not added: they are about to be removed. */
  readonly settings: { readonly AUDIT_RETENTION_DAYS?: number | undefined };
  /** Milliseconds. The default is right unless no other version can be at work. */
  readonly backfillAfterMs?: number;
}

export interface IndexAuditSummary {
  /** Rows of `auditByTime` whose entries were added. */
  readonly rows: number;
  readonly entries: number;
  /** Rows that cannot be read, which were left out. */
  readonly unreadable: number;
  /** Entries that were recorded before this time are in the index. ISO 8601. */
  readonly indexedUntil: string;
  /** False while entries from before the index was begun are missing. */
  readonly complete: boolean;
}

/**
 * Adds to the index what was recorded since the last run, and then what was recorded before the index was begun, from the
 * newest to the oldest. Progress is stored after each part. Several instances may do this at the same time, and may end at
 * any point: rows are only inserted, and the stored progress is behind what they inserted.
 */
export async function indexAudit(deps: IndexAuditDependencies): Promise<IndexAuditSummary> {
  const { open, now } = deps;
  const startedAt = now();
  const deadline = startedAt + INDEX_BUDGET_MS;
  const [byTime, index] = await Promise.all([open('auditByTime'), open('auditIndex')]);
  const run = new Run(byTime, index, startedAt);
  let state: IndexState | undefined = (await readIndexState(open)) ?? (await begin(open, run));
  for (const step of [addRecorded, addEarlier])
    for (;;) {
      const next: IndexState | undefined = state === undefined ? undefined : await step(state, run, deps);
      if (state === undefined || next === undefined) break;
      state = await writeIndexState(open, next);
      if (now() > deadline) break;
    }
  // Another instance has continued.
  state ??= await readIndexState(open);
  return {
    ...run.counts,
    indexedUntil: new Date(state?.indexedUntil ?? 0).toISOString(),
    complete: state?.backfilledTo === EVERYTHING,
  };
}

/** The state before the first run. A record without entries is complete at once. */
async function begin(open: OpenTable, { byTime, startedAt }: Run): Promise<IndexState | undefined> {
  const [first] = await readPartitions(byTime, { after: '', to: EVERYTHING }, 1);
  return writeIndexState(open, {
    begunAt: startedAt,
    indexedUntil: startedAt - SETTLE_MS,
    backfilledTo: first === undefined ? EVERYTHING : '',
    etag: undefined,
  });
}

/** Adds the next period of recording. Returns the new state; undefined when nothing is left. */
async function addRecorded(state: IndexState, run: Run): Promise<IndexState | undefined> {
  const since = state.indexedUntil;
  const until = Math.min(run.startedAt - SETTLE_MS, since + PERIOD_MS);
  if (until <= since) return undefined;
  const rows = readRecorded(run.byTime, { since, until }, { from: '', to: EVERYTHING }, ROWS_AT_ONCE);
  let batch: StoredRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    await run.add(batch);
    batch = [];
  }
  await run.add(batch);
  const keys = await readOutOfOrder(run.index, since, until);
  for (let start = 0; start < keys.length; start += ROWS_AT_ONCE)
    await run.addRead(await readRowsByKey(run.byTime, keys.slice(start, start + ROWS_AT_ONCE)));
  return { ...state, indexedUntil: until };
}

/** Adds the next rows from before the index was begun. Returns the new state; undefined when there is nothing to do yet. */
async function addEarlier(
  state: IndexState,
  run: Run,
  { settings, backfillAfterMs = BACKFILL_AFTER_MS }: IndexAuditDependencies,
): Promise<IndexState | undefined> {
  if (state.backfilledTo === EVERYTHING || run.startedAt < state.begunAt + backfillAfterMs) return undefined;
  const [first] = await readPartitions(run.byTime, { after: oldestKept(settings, run.startedAt), to: EVERYTHING }, 1);
  const from = state.backfilledTo;
  const newest = from === '' ? dayOf(state.begunAt + DAY_MS) : dayOf(timeOf(from));
  for (const day of daysBack(newest, String(first?.partitionKey ?? '9999'))) {
    const rows = await readPage(run.byTime, day, { from, to: EVERYTHING }, ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) continue;
    await run.add(rows);
    return { ...state, backfilledTo: `${last.rowKey}!` };
  }
  return { ...state, backfilledTo: EVERYTHING };
}

/** The day before the first day that a purge leaves. */
function oldestKept({ AUDIT_RETENTION_DAYS: days }: IndexAuditDependencies['settings'], now: number): string {
  return days === undefined ? '' : dayOf(Math.max(0, now - (days + 1) * DAY_MS));
}

/** One invocation: what it reads and writes, and how much. */
class Run {
  readonly byTime: TableClient;
  readonly index: TableClient;
  readonly startedAt: number;
  readonly #names: AddedNames = new BoundedMap(MAX_NAMES);
  readonly counts = { rows: 0, entries: 0, unreadable: 0 };

  /** @param startedAt milliseconds since 1970 */
  constructor(byTime: TableClient, index: TableClient, startedAt: number) {
    this.byTime = byTime;
    this.index = index;
    this.startedAt = startedAt;
  }

  async add(rows: readonly StoredRow[]): Promise<void> {
    const read = rows.flatMap((row) => readEntryRowOrSkip(row) ?? []);
    this.counts.unreadable += rows.length - read.length;
    await this.addRead(read);
  }

  async addRead(rows: readonly EntryRow[]): Promise<void> {
    await indexRows(this.index, rows, this.#names);
    this.counts.rows += rows.length;
    this.counts.entries += rows.reduce((sum, { members }) => sum + members.length, 0);
  }
}
