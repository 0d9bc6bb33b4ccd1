import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from './session.ts';
import { type Column, table } from './table.ts';
import { toJson } from './visible.ts';

/** The options of a list command. */
export interface ListOptions {
  readonly limit?: number;
  readonly all?: true;
}

/** How a list is shown. */
export interface ListView<T> {
  readonly columns: readonly Column[];
  readonly toRow: (entry: T) => readonly (string | number)[];
  /** Entries shown without --limit and --all; JSON always has all of them then. */
  readonly usual: number;
  /** Counts all entries, where that is possible. Called only when the output is cut. */
  readonly total?: () => Promise<number | undefined>;
}

/** Adds the options that every list takes. */
export function withList(command: Command, usual: number): Command {
  const without = Number.isFinite(usual) ? `${usual}, and all with --json` : 'all';
  return command
    .option('--limit <number>', `show at most this many entries (default: ${without})`, wholeNumber)
    .addOption(new Option('--all', 'show all entries').conflicts('limit'));
}

/**
 * Prints a list as a table, or as a JSON array that is written page by page. A note on standard error tells when the
 * list is cut.
 * @returns how many entries were printed
 */
export async function printList<T>(
  entries: AsyncIterable<T>,
  { limit, all }: ListOptions,
  view: ListView<T>,
  session: Session,
): Promise<number> {
  const most = limit ?? (all || session.json ? Number.POSITIVE_INFINITY : view.usual);
  const { printed, cut } = session.json
    ? await printJson(entries, most, session)
    : await printTable(entries, most, view, session);
  if (cut) session.terminal.note(`${await howMany(printed, view)} Use --all to show all.`);
  return printed;
}

interface Printed {
  readonly printed: number;
  readonly cut: boolean;
}

async function printJson<T>(entries: AsyncIterable<T>, most: number, { terminal }: Session): Promise<Printed> {
  let printed = 0;
  let cut = false;
  for await (const entry of entries) {
    cut = printed === most;
    if (cut) break;
    await terminal.write(`${printed === 0 ? '[' : ','}${toJson(entry)}`);
    printed++;
  }
  terminal.print(printed === 0 ? '[]' : ']');
  return { printed, cut };
}

async function printTable<T>(
  entries: AsyncIterable<T>,
  most: number,
  { columns, toRow }: ListView<T>,
  { terminal }: Session,
): Promise<Printed> {
  const rows: (readonly (string | number)[])[] = [];
  let cut = false;
  for await (const entry of entries) {
    cut = rows.length === most;
    if (cut) break;
    rows.push(toRow(entry));
  }
  if (rows.length > 0) terminal.print(table(columns, rows, terminal));
  else if (!cut) terminal.note('No results.');
  return { printed: rows.length, cut };
}

async function howMany<T>(printed: number, { total }: ListView<T>): Promise<string> {
  const all = await total?.();
  // Totals are as of the last completed sweep, and may be behind the list.
  if (all === undefined || all <= printed) return `Showing the first ${grouped(printed)}.`;
  return `Showing ${grouped(printed)} of ${grouped(all)}.`;
}

/** A number with separators: 1,191. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
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

/** Entries of a list as their schema reads them. */
export async function* parsed<T>(
  entries: AsyncIterable<unknown>,
  schema: { parse(entry: unknown): T },
): AsyncGenerator<T> {
  for await (const entry of entries) yield schema.parse(entry);
}
