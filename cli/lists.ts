import { InvalidArgumentError } from 'commander';
import type { Session } from './session.ts';
import { table } from './terminal.ts';

/** The first entries of a list. No more pages are asked for than needed. */
export async function take<T>(list: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  if (limit === 0) return taken;
  for await (const entry of list) {
    taken.push(entry);
    if (taken.length === limit) break;
  }
  return taken;
}

/** Prints a list: as a JSON array, or as a table. */
export function printList<T>(
  { json, terminal }: Session,
  entries: readonly T[],
  head: readonly string[],
  givesWay: readonly number[],
  toRow: (entry: T) => readonly (string | number)[],
): void {
  if (json) terminal.print(JSON.stringify(entries));
  else if (entries.length === 0) terminal.note('There are none.');
  else terminal.print(table(head, entries.map(toRow), terminal, givesWay));
}

/** Reads a number that an option takes. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** The query of a list: filters that are not given are left out. */
export function queryOf(filters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(filters).filter((filter): filter is [string, string] => filter[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
