import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectFolder } from '../../local/projectFolder.ts';
import { wordsOf } from './pageCommands.ts';

const root = `${projectFolder()}/`;
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** How a command ended, and everything that it printed, in the order in which a terminal shows it. */
export interface Shown {
  readonly code: number | null;
  readonly printed: string;
}

/**
 * Runs a command as a page shows it, in a folder of its own. What a reader has by then is not done again: packages are
 * installed (`npm ci`), and everything is built.
 * @throws Error for a command of which nothing is known here
 */
export async function runPageCommand(
  command: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Shown> {
  const words = wordsOf(command.replace(/^npm ci && /, ''));
  const [program, ...args] = resolved(words);
  const file = join(folder, 'printed.txt');
  const output = openSync(file, 'w');
  const child = spawn(program as string, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '', ...env },
    stdio: ['ignore', output, output],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  closeSync(output);
  return { code, printed: readFileSync(file, 'utf8') };
}

function resolved(words: readonly string[]): string[] {
  const [program, first, ...rest] = words;
  const script = first === 'run' ? rest[0] : first;
  if (program === 'mfa') return mfa(words.slice(1));
  if (program === 'npx' && first === '.') return mfa(rest);
  if (program === 'curl') return [...words];
  if (program === 'npm' && script !== undefined && script in scripts) {
    const [, ...steps] = wordsOf((scripts[script] as string).split('&& ').at(-1) as string);
    const args = words.includes('--') ? words.slice(words.indexOf('--') + 1) : [];
    return [process.execPath, ...steps.map((word) => word.replace(/^dist\//, `${root}dist/`)), ...args];
  }
  throw new Error(`A page shows a command that the tests cannot run: ${words.join(' ')}`);
}

function mfa(args: readonly string[]): string[] {
  return [process.execPath, join(root, 'bin', 'mfa.mjs'), ...args];
}
