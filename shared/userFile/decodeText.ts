import { fileError } from './fileError.ts';

/** A file as text, and how it was written. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** The characters 0x80 to 0x9f, in which Windows-1252 differs from Latin-1. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const LINE_FEED = 0x0a;
/** How Excel files begin: a ZIP archive, and the older format, which protected workbooks have too. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const OLE = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * Decodes a text file: UTF-8 with or without byte order mark, UTF-16 with one or recognized by its zeros, else
 * Windows-1252 for each line that is not UTF-8.
 * @throws InvalidRequestError when the bytes are no text
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (startsWith(bytes, ZIP))
    throw fileError(
      'This is an Excel workbook or another ZIP archive, not a text file. Save it as CSV, or pass the workbook to the command line: mfa enable --csv FILE.xlsx.',
    );
  if (startsWith(bytes, OLE))
    throw fileError(
      'This is an Excel workbook of the old format (.xls), or one with a password. Save it as CSV, or as .xlsx without a password.',
    );
  const utf16 = utf16Of(bytes);
  const text = utf16 === undefined ? undefined : new TextDecoder(utf16).decode(bytes, { stream: true }); // without half a character at the end
  const decoded: DecodedText = text === undefined ? decodeBytes(bytes) : { text, encoding: 'UTF-16' };
  if (decoded.text.includes('\0'))
    throw fileError('The file has zero bytes, so it is not a text file. Send CSV as UTF-8, UTF-16 or Windows-1252.');
  return decoded;
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, position) => bytes[position] === byte);
}

/** The byte order by the mark, or by the zeros of the first two characters. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first && second === 0 && third && fourth === 0) return 'utf-16le';
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be';
  return undefined;
}

function decodeBytes(bytes: Uint8Array): DecodedText {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const whole = tryDecode(utf8, bytes);
  if (whole !== undefined) return { text: whole, encoding: 'UTF-8' };
  // Line by line, because files that were put together from several have both.
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start) + 1 || bytes.length;
    const line = bytes.subarray(start, end);
    lines.push(tryDecode(utf8, line) ?? decodeWindows1252(line));
    start = end;
  }
  return { text: lines.join(''), encoding: 'Windows-1252' };
}

/** TextDecoder reads Windows-1252 as Latin-1 in some versions of Node.js, without the quotes and dashes. */
function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character);
}

function tryDecode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
