import { hasUsers } from '../shared/userFile/readUserFile.ts';
import { Failure } from './failure.ts';

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Whether a file is an Excel workbook (.xlsx), by its first bytes. Other ZIP archives begin like that too. */
export function isWorkbook(bytes: Uint8Array): boolean {
  return ZIP.every((byte, position) => bytes[position] === byte);
}

/**
 * The first sheet of a workbook with a column of users, as a CSV file. Without one, the first sheet that is not empty:
 * the error about it says what was found.
 * @throws Failure when the workbook cannot be read
 */
export async function csvOfWorkbook(bytes: Uint8Array, column: string | undefined): Promise<Uint8Array> {
  const { readWorkbook } = await import('./readWorkbook.ts');
  const sheets = await readWorkbook(bytes).catch((cause: unknown) => {
    throw new Failure(
      'WorkbookNotRead',
      'The Excel workbook cannot be read. Save it as CSV, or as .xlsx without a password.',
      { cause },
    );
  });
  const files = sheets.map(({ csv }) => Buffer.from(csv)).filter((file) => file.length > 0);
  for (const file of files) if (await hasUsers(file, column)) return file;
  return files[0] ?? new Uint8Array();
}
