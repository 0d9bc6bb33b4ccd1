import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pesterManifest, powershellProgram, quietly } from '../tools.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const endedSchema = z.object({ name: z.string(), result: z.string(), errors: z.array(z.string()) });
/** How a test of Pester's ended. `result` is Passed, Failed, Skipped or NotRun. */
export type EndedTest = Readonly<z.infer<typeof endedSchema>>;

/**
 * Runs files of Pester tests in a PowerShell of their own.
 * @param files names of files of this folder
 * @param environment variables for the tests
 * @throws Error with what PowerShell said when it ended before it had run the tests
 */
export async function runPester(
  files: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly EndedTest[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pester-'));
  const results = join(folder, 'results.jsonl');
  const script = ['-File', join(here, 'runPester.ps1'), '-Pester', pesterManifest, '-Files', files.join()];
  try {
    const child = spawn(powershellProgram, ['-NoProfile', '-NonInteractive', ...script, '-Results', results], {
      env: { ...process.env, ...quietly, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    if (code !== 0) throw new Error(`PowerShell ended with ${code} before it had run ${files.join()}:\n${out}${err}`);
    return readFileSync(results, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => endedSchema.parse(JSON.parse(line)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
