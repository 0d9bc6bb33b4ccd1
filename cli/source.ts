import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Failure } from './failure.ts';

/**
 * Reads a file, or standard input for `-`.
 * @throws Failure when the file cannot be read
 */
export async function readSource(file: string): Promise<Uint8Array> {
  if (file === '-') return buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new Failure('FileNotRead', `The file ${file} cannot be read (${code}).`, { cause });
  }
}
