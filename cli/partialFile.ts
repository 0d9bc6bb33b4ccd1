import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Failure } from './failure.ts';

/** How far an export is: the part that comes next, and the bytes of the parts before it. */
const progressSchema = z.object({ query: z.string(), next: z.string(), bytes: z.number().int() });

/**
 * A file that is written part by part. It has the name FILE.partial until it is complete, and FILE.partial.json says which
 * part is next, so that the same command continues an export that broke off.
 */
export class PartialFile {
  readonly #file: string;
  readonly #query: string;
  readonly #handle: FileHandle;
  #bytes: number;
  /** The address of the next part, where the export is continued. */
  readonly next: string | undefined;

  private constructor(file: string, query: string, handle: FileHandle, start: { bytes: number; next?: string }) {
    this.#file = file;
    this.#query = query;
    this.#handle = handle;
    this.#bytes = start.bytes;
    this.next = start.next;
  }

  /**
   * Opens the file, and continues one that an export of the same query left.
   * @param query the address of the first part
   * @throws Failure when the file cannot be written
   */
  static async open(file: string, query: string): Promise<PartialFile> {
    const progress = await readProgress(file);
    const start = progress?.query === query ? progress : { bytes: 0 };
    const handle = await openOrFail(`${file}.partial`, start.bytes === 0 ? 'w' : 'r+', file);
    await handle.truncate(start.bytes);
    return new PartialFile(file, query, handle, start);
  }

  /** Begins again with the first part. */
  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#bytes = 0;
  }

  async add(bytes: Uint8Array, next: string | undefined): Promise<void> {
    await this.#handle.write(bytes, 0, bytes.length, this.#bytes);
    this.#bytes += bytes.length;
    if (next === undefined) return;
    await this.#handle.datasync();
    await writeFile(`${this.#file}.partial.json`, JSON.stringify({ query: this.#query, next, bytes: this.#bytes }));
  }

  /** Gives the file its name. */
  async complete(): Promise<void> {
    await this.close();
    await rename(`${this.#file}.partial`, this.#file);
    await rm(`${this.#file}.partial.json`, { force: true });
  }

  /** Closes the file. What was written stays for the next attempt. */
  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function readProgress(file: string): Promise<z.infer<typeof progressSchema> | undefined> {
  try {
    const progress = progressSchema.parse(JSON.parse(await readFile(`${file}.partial.json`, 'utf8')));
    const handle = await open(`${file}.partial`, 'r');
    const { size } = await handle.stat();
    await handle.close();
    return size >= progress.bytes ? progress : undefined;
  } catch {
    return undefined; // there is none, or it is damaged: the export begins again
  }
}

async function openOrFail(path: string, flags: string, file: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new Failure('FileNotWritten', `The file ${file} cannot be written (${code}).`, { cause });
  }
}
