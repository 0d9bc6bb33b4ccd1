import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An import of a file: what is named there, or the path of the file where it belongs to the project. */
export interface Import {
  readonly to: string;
  /** An import of types, of which nothing is left when the file runs. */
  readonly isOfTypes: boolean;
}

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;

/** What a file imports or exports again, in the order of its text. Reads the file. */
export function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, type, named, loaded]) => {
    const to = named ?? (loaded as string);
    return { to: to.startsWith('.') ? join(dirname(file), to) : to, isOfTypes: type !== undefined };
  });
}
