// A file of its own in the build: its library is read only where there is a workbook.
import readSheets from 'read-excel-file/universal';

/** A sheet of a workbook as a CSV file, in which each row is the line with its number. */
export interface CsvSheet {
  readonly name: string;
  readonly csv: string;
}

/**
 * The sheets of an Excel workbook (.xlsx), in order. Links and rich text give their text, and formulas their last value.
 * @throws Error when the bytes are no workbook
 */
export async function readWorkbook(bytes: Uint8Array): Promise<CsvSheet[]> {
  const content = new Uint8Array(bytes).buffer;
  const sheets = await readSheets(content, { parseNumber: (text) => text });
  return sheets.map(({ sheet, data }) => ({
    name: sheet,
    csv: data.map((row) => `${row.map(cellOf).join(',')}\r\n`).join(''),
  }));
}

function cellOf(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value).replace(/\s*[\r\n]+\s*/g, ' ');
  return `"${text.replaceAll('"', '""')}"`;
}
