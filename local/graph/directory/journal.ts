import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { changeSchema, type DirectoryChange } from './change.ts';

const FORMAT = 1;
const startSchema = z.object({ format: z.literal(FORMAT), users: z.number().int(), seed: z.number().int() });

/** What a directory was generated from: without it the changes mean nothing. */
export interface DirectoryStart {
  readonly users: number;
  readonly seed: number;
}

/** The changes of a directory, kept in a file. */
export interface Journal {
  /** What happened before this process, in order. */
  readonly earlier: readonly DirectoryChange[];
  /** Keeps a change. When it returns, the change survives the end of this process, however that ends. */
  add(change: DirectoryChange): void;
}

/**
 * Opens a journal, or begins one where the file does not exist. Each line is a change; the first says what the directory
 * was generated from. A last line without an end comes from a process that ended while it wrote, before it answered:
 * the line is removed.
 * @throws Error that says what to do, when the file belongs to another directory or cannot be read
 */
export function openJournal(file: string, start: DirectoryStart): Journal {
  if (!existsSync(file)) begin(file, start);
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  const [first = '', ...lines] = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  refuseOther(file, read(startSchema, first, file, 1), start);
  const earlier = lines.map((line, index) => read(changeSchema, line, file, index + 2));
  if (end < bytes.length) truncateSync(file, end);
  return { earlier, add: (change) => appendFileSync(file, `${JSON.stringify(change)}\n`) };
}

/** Written beside its place first, so that there is never a file without its first line. */
function begin(file: string, { users, seed }: DirectoryStart): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${JSON.stringify({ format: FORMAT, users, seed })}\n`);
  renameSync(unfinished, file);
}

function refuseOther(file: string, kept: DirectoryStart, wanted: DirectoryStart): void {
  if (kept.users === wanted.users && kept.seed === wanted.seed) return;
  throw new Error(
    `${file} keeps a directory of other users. Start with --users ${kept.users} --seed ${kept.seed}, or with another folder.`,
  );
}

function read<T>(schema: z.ZodType<T>, line: string, file: string, number: number): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`Line ${number} of ${file} is not one that the Graph simulator wrote. Start with another folder.`, {
      cause,
    });
  }
}
