import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { RequestError } from '../shared/errors.ts';
import { readUserColumn } from '../shared/stateChange/csv.ts';
import { Failure } from './failure.ts';

/** Whom a change is for. */
export type Whom = { readonly users: readonly string[] } | { readonly group: string };

/** Reads whom a change is for from arguments, a CSV file, standard input (`-`) or a group: one of them. */
export async function readWhom(
  users: readonly string[],
  options: { readonly csv?: string | undefined; readonly group?: string | undefined },
): Promise<Whom> {
  const ways = [users.length > 0, options.csv !== undefined, options.group !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new Failure(
      'WhomMissing',
      'Name users, or give --csv FILE, or --group ID, or - for standard input: one of them.',
    );
  if (options.group !== undefined) return { group: options.group };
  if (options.csv !== undefined) return some(await column(await readList(options.csv)));
  if (users.length === 1 && users[0] === '-') return some(await fromStandardInput());
  if (users.includes('-')) throw new Failure('WhomMissing', '- stands alone: it takes all users from standard input.');
  return some(users);
}

function some(users: readonly string[]): Whom {
  if (users.length === 0) throw new Failure('NoUsers', 'There are no users in the list.');
  return { users };
}

/** A user on each line, or a CSV file with a column "user". */
async function fromStandardInput(): Promise<string[]> {
  const input = (await text(process.stdin)).replace(/^\uFEFF/, '');
  const [header = ''] = input.split(/\r?\n/, 1);
  const isCsv = header.split(',').some((name) => name.replaceAll('"', '').trim().toLowerCase() === 'user');
  if (isCsv) return column(input);
  return input
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function column(content: string): Promise<string[]> {
  try {
    return await readUserColumn(content);
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
