import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { projectFolder } from '../../local/projectFolder.ts';

/** The strict options with which an author of a client compiles. */
const COMPILER = {
  noEmit: true,
  strict: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  skipLibCheck: false,
};

/**
 * Compiles a program beside a generated client, and loads it.
 * @param folder has the client; the program is written into it
 * @returns the module of the program
 * @throws Error with the messages of the compiler
 */
export async function compileClient<T>(folder: string, program: string): Promise<T> {
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['program.ts'] }));
  const tsc = join(projectFolder(), 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`The client does not compile: ${(error as { stdout: string }).stdout}`);
  }
  const outfile = join(folder, 'program.mjs');
  await build({ entryPoints: [join(folder, 'program.ts')], bundle: true, format: 'esm', outfile, platform: 'node' });
  return import(pathToFileURL(outfile).href);
}
