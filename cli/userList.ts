import type { MfaState } from '../shared/domain/mfaState.ts';
import { Failure } from './failure.ts';
import { readSource } from './source.ts';
import { checkUserFile, type UserFile } from './userFile.ts';

/** The users of a change: named one by one, in a file, or the members of a group. */
export type Selection =
  | { readonly users: readonly string[] }
  | { readonly file: UserFile }
  | { readonly group: string };

export interface SelectionOptions {
  readonly csv?: string | undefined;
  /** The column of the file with the users. */
  readonly column?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Reads the users of a change from exactly one source: arguments, a file, standard input (`-`) or a group. A single
 * argument with the ending of a list is a file: no object id and no user principal name looks like that.
 * @param state the state to set; undefined when it comes from the file
 */
export async function readSelection(
  names: readonly string[],
  options: SelectionOptions,
  state: MfaState | undefined,
): Promise<Selection> {
  const file = names.length === 1 && options.csv === undefined ? names.find(isFile) : undefined;
  return file === undefined ? read(names, options, state) : read([], { ...options, csv: file }, state);
}

function isFile(name: string): boolean {
  return name === '-' || (/\.(?:csv|tsv|txt|xlsx|xls)$/i.test(name) && !name.includes('@'));
}

async function read(
  users: readonly string[],
  { csv, column, group }: SelectionOptions,
  state: MfaState | undefined,
): Promise<Selection> {
  const ways = [users.length > 0, csv !== undefined, group !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new Failure(
      'UsersMissing',
      'Name the users in exactly one way: as arguments, with --csv FILE, with --group ID, or with - for standard input.',
    );
  if (column !== undefined && csv === undefined)
    throw new Failure('ColumnWithoutFile', '--column needs a file. Add --csv FILE.');
  if (csv === undefined && state === undefined)
    throw new Failure('FileMissing', 'mfa set needs a file with a state for each user. Add --csv FILE.');
  if (group !== undefined) return { group };
  if (csv !== undefined) return { file: await checkUserFile(await readSource(csv), column, state) };
  if (users.some((name) => name !== '-' && isFile(name)))
    throw new Failure('UsersMissing', 'Name one file and nothing else, or name users: not both.');
  if (users.includes('-'))
    throw new Failure('UsersMissing', 'Use - without other users: it reads all users from standard input.');
  return { users };
}
