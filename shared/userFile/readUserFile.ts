import { type MfaState, mfaStates } from '../domain/mfaState.ts';
import { failingOf, isMostlyInvalid, type NamedUsers, notesOn } from '../domain/namedUsers.ts';
import { readReference } from '../domain/readReference.ts';
import {
  cleaned,
  conflictingStates,
  invalidReference,
  invalidState,
  type Remark,
  shortened,
} from '../domain/remark.ts';
import { normalizeReference } from '../domain/userReference.ts';
import { groupBy } from '../groupBy.ts';
import { decodeText } from './decodeText.ts';
import { fileError } from './fileError.ts';
import { quoteText } from './quoteText.ts';
import type { Row } from './readRows.ts';
import { type Layout, recognizeLayout } from './recognizeLayout.ts';
import { findOtherColumns, findStateColumns, LOOKED_FOR } from './userColumns.ts';

/** The lines that an error about a whole file names. */
const LINES_SHOWN = 3;
const COLUMNS_SHOWN = 30;

export interface UserFileOptions {
  /** The column with the users, when the file does not head it in one of the usual ways. */
  readonly column?: string | undefined;
  /** The state that the caller asks for; it counts more than a column with states. */
  readonly state?: MfaState | undefined;
}

/** The users of a file, and what the caller should know about how it was read. */
export interface UserFile extends NamedUsers {
  readonly notes: readonly string[];
}

/**
 * Reads the users of a CSV file, or of a list with one user on each line. Lines that name no user become failed users.
 * @throws InvalidRequestError when there is no column with users, or when most of the lines name no user
 */
export async function readUserFile(bytes: Uint8Array, { column, state }: UserFileOptions = {}): Promise<UserFile> {
  const { text, encoding } = decodeText(bytes);
  const layout = recognizeLayout(text, column);
  const recognized = `The file was read as ${encoding} text with the separator ${nameOf(layout.separator)}`;
  if (layout.userColumns.length === 0) throw noColumn(layout.header ?? [], column, recognized);

  const stateColumn = findStateColumn(layout);
  const named =
    state === undefined && stateColumn !== undefined ? readWithStates(layout, stateColumn) : readLines(layout);
  if (isMostlyInvalid(named)) throw mostlyInvalid(named, layout, recognized);
  const unused = state !== undefined && stateColumn !== undefined ? layout.header?.[stateColumn] : undefined;
  return {
    ...named,
    notes: [
      ...(unused === undefined
        ? []
        : [`The column ${quoteText(unused)} was not used, because the request gives the state ${state}.`]),
      ...notesOn(named.remarks),
    ],
  };
}

/**
 * Whether a file has a column of users, or is a list of users without a header.
 * @param column the column that the caller asks for
 */
export async function hasUsers(bytes: Uint8Array, column: string | undefined): Promise<boolean> {
  return recognizeLayout(decodeText(bytes).text, column).userColumns.length > 0;
}

function readLines({ rows, userColumns }: Layout, onRow: (row: Row, position: number) => void = () => {}): NamedUsers {
  const users: string[] = [];
  const remarks: Remark[] = [];
  for (const row of rows) {
    const given = userOf(row.cells, userColumns);
    if (given === '') continue;
    const position = users.length;
    const read = readReference(withoutProtection(given));
    users.push(read?.reference ?? shortened(given));
    if (read === undefined) remarks.push(invalidReference(position, { line: row.line }));
    else if (read.reference !== given) remarks.push(cleaned(position, { line: row.line }, given));
    onRow(row, position);
  }
  return { users, remarks };
}

/** As `readLines`, with the state of each line. */
function readWithStates(layout: Layout, stateColumn: number): NamedUsers {
  const states: (MfaState | null)[] = [];
  const lines: number[] = [];
  const wrong: Remark[] = [];
  const { users, remarks } = readLines(layout, ({ cells, line }, position) => {
    const cell = cells[stateColumn] ?? '';
    const state = stateOf(cell);
    states.push(state ?? null);
    lines.push(line);
    if (state === undefined) wrong.push(invalidState(position, { line }, quoteText(cell)));
  });
  const conflicts = findConflicts(users, states).map((position) =>
    conflictingStates(position, { line: lines[position] }),
  );
  return { users, states, remarks: mergeByPosition([...remarks, ...wrong, ...conflicts]) };
}

/** One remark for each position; of several problems, the first. */
function mergeByPosition(remarks: readonly Remark[]): Remark[] {
  const merged = new Map<number, Remark>();
  for (const remark of remarks) merged.set(remark.position, { ...remark, ...merged.get(remark.position) });
  return [...merged.values()];
}

/** The positions of users that stand in the file with different states. */
function findConflicts(users: readonly string[], states: readonly (MfaState | null)[]): number[] {
  const positions = [...users.keys()].filter((position) => states[position] !== null);
  return [...groupBy(positions, (position) => normalizeReference(users[position] ?? '')).values()]
    .filter((same) => new Set(same.map((position) => states[position])).size > 1)
    .flat();
}

function userOf(cells: readonly string[], columns: readonly number[]): string {
  return columns.map((column) => (cells[column] ?? '').trim()).find((cell) => cell !== '') ?? '';
}

/** Text without the apostrophe that a CSV file of this service has in front of what looks like a formula. */
function withoutProtection(given: string): string {
  return given.replace(/^'(?=[=+\-@])/, '');
}

function stateOf(text: string): MfaState | undefined {
  return mfaStates.find((state) => state === text.trim().toLowerCase());
}

/** The column with states. Without a certain name, all its values must be states. */
function findStateColumn({ header = [], rows }: Layout): number | undefined {
  const hasStates = (position: number): boolean => {
    const values = rows.map(({ cells }) => (cells[position] ?? '').trim()).filter((value) => value !== '');
    return values.length > 0 && values.every((value) => stateOf(value) !== undefined);
  };
  return findStateColumns(header).find(({ position, isCertain }) => isCertain || hasStates(position))?.position;
}

function noColumn(header: readonly string[], column: string | undefined, recognized: string): Error {
  if (header.length === 0)
    return fileError('The file is empty. Send a column user, userPrincipalName or id, or one user on each line.');
  const others = findOtherColumns(header).map(quoteText);
  const why =
    column === undefined && others.length > 0
      ? ` ${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} not used, because a mail address or a name can differ from the user principal name.`
      : '';
  const wanted = column === undefined ? LOOKED_FOR : quoteText(column);
  return fileError(
    `No column names users. ${recognized}. Columns found: ${header.slice(0, COLUMNS_SHOWN).map(quoteText).join(', ')}. Columns looked for: ${wanted}.${why} Rename the column with object ids or user principal names, or name it: ?column=NAME in the address, --column NAME on the command line.`,
  );
}

function mostlyInvalid({ users, remarks }: NamedUsers, { header, userColumns }: Layout, recognized: string): Error {
  const failing = failingOf(remarks);
  const column =
    header === undefined
      ? 'and no header'
      : `and users in the column ${quoteText(header[userColumns[0] ?? 0] ?? '')}. Columns found: ${header.slice(0, COLUMNS_SHOWN).map(quoteText).join(', ')}. Columns looked for: ${LOOKED_FOR}`;
  return fileError(
    `${failing.length} of ${users.length} lines cannot be used, so the file is refused as a whole. ${recognized} ${column}. Correct the lines, or name another column: ?column=NAME in the address, --column NAME on the command line.`,
    failing.slice(0, LINES_SHOWN).map(({ position, line, problem }) => ({
      code: problem?.code ?? '',
      target: `line ${line}`,
      message: `${quoteText(users[position] ?? '')}: ${problem?.message ?? ''}`,
    })),
  );
}

function nameOf(separator: string): string {
  return separator === '\t' ? 'tab' : `"${separator}"`;
}
