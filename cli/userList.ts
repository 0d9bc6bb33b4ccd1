import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { RequestError } from '../shared/errors.ts';
import { readUserColumn } from '../shared/stateChange/csv.ts';
import { findUserColumn } from '../shared/stateChange/userColumns.ts';
import { Failure } from './failure.ts';

/** The users of a change: named one by one, or the members of a group. */
export type Selection = { readonly users: readonly string[] } | { readonly group: string };

export interface SelectionOptions {
  readonly csv?: string | undefined;
  /** The column of the CSV file with the users. */
  readonly column?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Reads the users of a change from exactly one source: arguments, a CSV file, standard input (`-`) or a group. A single
 * argument that ends in `.csv` is a file: no object id and no user principal name looks like that.
 */
export async function readSelection(names: readonly string[], options: SelectionOptions): Promise<Selection> {
  const file = names.length === 1 && options.csv === undefined ? names.find(isCsvFile) : undefined;
  return file === undefined ? read(names, options) : read([], { ...options, csv: file });
}

function isCsvFile(name: string): boolean {
  return /\.csv$/i.test(name) && !name.includes('@');
}

async function read(users: readonly string[], { csv, column, group }: SelectionOptions): Promise<Selection> {
  const ways = [users.length > 0, csv !== undefined, group !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new Failure(
      'UsersMissing',
      'Name the users in exactly one way: as arguments, with --csv FILE, with --group ID, or with - for standard input.',
    );
  if (column !== undefined && csv === undefined)
    throw new Failure('ColumnWithoutFile', '--column needs a CSV file. Add --csv FILE.');
  if (group !== undefined) return { group };
  if (csv !== undefined)
    return some(await usersOf(csv === '-' ? await text(process.stdin) : await readList(csv), column));
  if (users.length === 1 && users[0] === '-') return some(await fromStandardInput());
  if (users.includes('-'))
    throw new Failure('UsersMissing', 'Use - without other users: it reads all users from standard input.');
  return some(users);
}

function some(users: readonly string[]): Selection {
  if (users.length === 0) throw new Failure('NoUsers', 'The list contains no users.');
  return { users };
}

/** Reads one user per line, or a CSV file with a column of users. */
async function fromStandardInput(): Promise<string[]> {
  const input = (await text(process.stdin)).replace(/^\uFEFF/, '');
  const [header = ''] = input.split(/\r?\n/, 1);
  const names = header.split(',').map((name) => name.replaceAll('"', ''));
  if (findUserColumn(names) !== undefined) return usersOf(input, undefined);
  return input
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function usersOf(content: string, column: string | undefined): Promise<string[]> {
  try {
    return await readUserColumn(content, column);
  } catch (error) {
    if (error instanceof RequestError) throw new Failure(error.code, error.message, { cause: error });
    throw error;
  }
}

async function readList(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new Failure('FileNotRead', `The file ${file} cannot be read (${code}).`, { cause });
  }
}
