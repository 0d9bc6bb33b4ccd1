import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a program ended: its exit code, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program to its end.
 * @param environment on top of that of the tests; undefined takes a variable out
 * @param folder where it runs
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
  folder: string | undefined = undefined,
): Promise<Ended> {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}
