import { z } from 'zod';
import { cacheFor } from '../cacheFor.ts';
import { type Actor, actorSchema } from '../domain/operation.ts';
import { textOf } from '../tables/columns.ts';
import { readRow, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow, type RowChange } from '../tables/versionedRow.ts';

const KEY = { partitionKey: 'halt', rowKey: 'writes' };
/** A process knows of a halt, and of its end, after this time. */
const FRESH_FOR_MS = 5_000;

const haltSchema = z.object({ reason: z.string(), by: actorSchema, since: z.iso.datetime() });

/** A halt: while it stands, the service changes no user's state in Graph. */
export type Halt = Readonly<z.infer<typeof haltSchema>>;

const endedHaltSchema = z.object({ halt: haltSchema, by: actorSchema, at: z.iso.datetime() });

/** A halt that a caller has ended. */
export type EndedHalt = Readonly<z.infer<typeof endedHaltSchema>>;

/** The switch that halts all writes of states, for all instances together. */
export interface WriteHalt {
  /**
   * The halt, at most five seconds old; undefined when there is none.
   * @throws Error when the table does not answer: then nothing may be written
   */
  current(): Promise<Halt | undefined>;
  /** Halts all writes. A second halt leaves the first as it is. */
  halt(reason: string, by: Actor): Promise<{ readonly halt: Halt; readonly isNew: boolean }>;
  /** Ends the halt. Without one, returns the last halt that was ended; undefined when there was none ever. */
  resume(by: Actor): Promise<{ readonly ended: EndedHalt | undefined; readonly isNew: boolean }>;
}

/**
 * Keeps the halt in one row (table `control`, partition `halt`), whose column is empty without a halt. Another one has the last
 * halt that was ended, so that a request which is sent again finishes what follows from the first.
 * @param now milliseconds since 1970
 */
export function sharedWriteHalt(open: OpenTable, now: () => number): WriteHalt {
  const read = async (): Promise<Halt | undefined> =>
    haltOf(await readRow(await open('control'), KEY.partitionKey, KEY.rowKey));
  const start = () => cacheFor(read, { freshForMs: FRESH_FOR_MS, now, isComplete: () => true });
  let cached = start();
  return {
    current: () => cached(),
    halt: async (reason, by) => {
      const mine: Halt = { reason, by, since: new Date(now()).toISOString() };
      const result = await changeRow(await open('control'), KEY, (row) => {
        const before = haltOf(row);
        if (before !== undefined) return { result: { halt: before, isNew: before.since === mine.since } };
        return { columns: { halt: JSON.stringify(mine) }, result: { halt: mine, isNew: true } };
      });
      cached = start();
      return result;
    },
    resume: async (by) => {
      const at = new Date(now()).toISOString();
      const result = await changeRow(
        await open('control'),
        KEY,
        (row): RowChange<Awaited<ReturnType<WriteHalt['resume']>>> => {
          const halt = haltOf(row);
          if (halt === undefined) return { result: { ended: lastOf(row), isNew: false } };
          const ended = { halt, by, at };
          return { columns: { halt: '', ended: JSON.stringify(ended) }, result: { ended, isNew: true } };
        },
      );
      cached = start();
      return result;
    },
  };
}

/** A halt that cannot be read stands all the same, until it is ended. */
const UNREADABLE: Halt = {
  reason: 'The stored halt cannot be read.',
  by: { kind: 'service', id: 'per-user-mfa' },
  since: '1970-01-01T00:00:00.000Z',
};

function haltOf(row: StoredRow | undefined): Halt | undefined {
  const text = row === undefined ? '' : textOf(row, 'halt');
  if (text === '') return undefined;
  return haltSchema.catch(UNREADABLE).parse(parsed(text));
}

function lastOf(row: StoredRow | undefined): EndedHalt | undefined {
  const text = row === undefined ? '' : textOf(row, 'ended');
  return text === '' ? undefined : endedHaltSchema.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema decides what it stands for
  }
}
