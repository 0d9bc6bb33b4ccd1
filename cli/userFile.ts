import type { MfaState } from '../shared/domain/mfaState.ts';
import { RequestError } from '../shared/errors.ts';
import { readUserFile } from '../shared/userFile/readUserFile.ts';
import { Failure } from './failure.ts';
import { csvOfWorkbook, isWorkbook } from './workbook.ts';

/** A CSV file of users that the service will read as this command has read it. */
export interface UserFile {
  readonly bytes: Uint8Array;
  readonly column: string | undefined;
  /** The number of users, with those who appear more than once. */
  readonly users: number;
  /** How many of them the file sets to `disabled`; undefined when the command gives the state. */
  readonly disabled: number | undefined;
}

/**
 * Reads a CSV file or an Excel workbook as the service does, so that wrong files fail before a request, and the confirmation has numbers.
 * @param state the state to set; undefined when it comes from the file
 * @throws Failure that says what was found and what is missing
 */
export async function checkUserFile(
  content: Uint8Array,
  column: string | undefined,
  state: MfaState | undefined,
): Promise<UserFile> {
  try {
    const bytes = isWorkbook(content) ? await csvOfWorkbook(content, column) : content;
    const { users, states } = await readUserFile(bytes, { column, state });
    if (users.length === 0) throw new Failure('NoUsers', 'The list contains no users.');
    if (state === undefined && states === undefined)
      throw new Failure(
        'StatesMissing',
        'No column has a state for each user. Add a column "MFA status" with disabled, enabled or enforced, or use mfa enable, enforce or disable.',
      );
    return { bytes, column, users: users.length, disabled: states?.filter((one) => one === 'disabled').length };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const faults = error.details.map(({ target, code, message }) => `${target ?? code}: ${message}`);
    throw new Failure(error.code, error.message, { cause: error, faults });
  }
}
