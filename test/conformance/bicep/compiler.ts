import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { projectFolder } from '../../../local/projectFolder.ts';
import { bicepProgram } from '../tools.ts';

/** The folder with all Bicep files. */
export const infraFolder = join(projectFolder(), 'infra');

/** Paths of Bicep files below `infra/`, with `/`. */
export const bicepFiles: readonly string[] = readdirSync(infraFolder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.bicep(param)?$/.test(path))
  .map((path) => path.replaceAll(sep, '/'))
  .sort();

/** What the compiler has to say of a line. */
export interface Diagnostic {
  /** Path below `infra/`, with `/`. */
  readonly file: string;
  /** `BCP225`, or the name of a rule of the linter. */
  readonly code: string;
  readonly message: string;
}

/** Runs the compiler in `infra/`, or in a copy of it. @returns what it printed, and its exit code */
export function bicep(args: readonly string[], folder = infraFolder): { out: string; problems: string; code: number } {
  const { stdout, stderr, status, error } = spawnSync(bicepProgram, args, { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { out: stdout, problems: stderr, code: status ?? -1 };
}

/** Everything that the compiler and its linter have to say of the files, and of the modules that they use. */
export function diagnosticsOf(pattern: string, folder = infraFolder): Diagnostic[] {
  const { out, problems } = bicep(['lint', '--no-restore', '--pattern', pattern], folder);
  const lines = `${out}${problems}`.split(/\r?\n/).filter((line) => line !== '');
  const found = lines.map((line) => {
    const [, path, code, message] = /^(.*)\(\d+,\d+\) : \w+ ([\w-]+): (.*)$/.exec(line) ?? [];
    if (path === undefined || code === undefined || message === undefined)
      throw new Error(`The compiler said something else than a diagnostic: ${line}`);
    return { file: relative(folder, path).replaceAll(sep, '/'), code, message };
  });
  // A module is compiled once for itself, and once for each file that uses it.
  return [...new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
