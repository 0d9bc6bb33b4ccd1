import { z } from 'zod';
import { cacheFor } from '../cacheFor.ts';
import { type Actor, actorSchema } from '../domain/operation.ts';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow } from '../tables/versionedRow.ts';

const KEY = { partitionKey: 'halt', rowKey: 'writes' };
/** A process knows of a halt, and of its end, after this time. */
const FRESH_FOR_MS = 5_000;

const haltSchema = z.object({ reason: z.string(), by: actorSchema, since: z.iso.datetime() });

/** A halt: while it stands, the service changes no user's state in Graph. */
export type Halt = Readonly<z.infer<typeof haltSchema>>;

/** The switch that halts all writes of states, for all instances together. */
export interface WriteHalt {
  /**
   * The halt, at most five seconds old; undefined when there is none.
   * @throws Error when the table does not answer: then nothing may be written
   */
  current(): Promise<Halt | undefined>;
  /** Halts all writes. A second halt leaves the first as it is. */
  halt(reason: string, by: Actor): Promise<{ readonly halt: Halt; readonly isNew: boolean }>;
  /** Ends the halt, and returns it; undefined when there was none. */
  resume(): Promise<Halt | undefined>;
}

/**
 * Keeps the halt in one row (table `quota`, partition `halt`), whose column is empty without a halt.
 * @param now milliseconds since 1970
 */
export function sharedWriteHalt(open: OpenTable, now: () => number): WriteHalt {
  const read = async (): Promise<Halt | undefined> =>
    haltOf(await readRow(await open('quota'), KEY.partitionKey, KEY.rowKey));
  const start = () => cacheFor(read, { freshForMs: FRESH_FOR_MS, now, isComplete: () => true });
  let cached = start();
  return {
    current: () => cached(),
    halt: async (reason, by) => {
      const mine: Halt = { reason, by, since: new Date(now()).toISOString() };
      const result = await changeRow(await open('quota'), KEY, (row) => {
        const before = haltOf(row);
        if (before !== undefined) return { result: { halt: before, isNew: before.since === mine.since } };
        return { columns: { halt: JSON.stringify(mine) }, result: { halt: mine, isNew: true } };
      });
      cached = start();
      return result;
    },
    resume: async () => {
      const ended = await changeRow(await open('quota'), KEY, (row) => {
        const before = haltOf(row);
        return before === undefined ? { result: before } : { columns: { halt: '' }, result: before };
      });
      cached = start();
      return ended;
    },
  };
}

/** @throws Error for a row that cannot be read: it may stand for a halt */
function haltOf(row: StoredRow | undefined): Halt | undefined {
  if (row === undefined || row.halt === '') return undefined;
  return haltSchema.parse(JSON.parse(String(row.halt)));
}
