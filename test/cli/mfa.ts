import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The built command line. */
export const script = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url));

/** A folder without sign-ins, independent of the user who runs the tests. */
export const noConfig = join(tmpdir(), 'mfa-nobody');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the built command line without a terminal.
 * @param options.interrupt when to press Ctrl-C
 */
export async function mfa(
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string | Uint8Array;
    readonly interrupt?: Promise<unknown>;
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, NO_COLOR: '', MFA_CONFIG_DIR: noConfig, ...options.env },
  });
  child.stdin.on('error', () => {}); // a command that does not read its input may be gone
  child.stdin.end(options.input ?? '');
  const interrupted = options.interrupt?.then(() => child.kill('SIGINT'));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited, interrupted]);
  return { code, out, err };
}
