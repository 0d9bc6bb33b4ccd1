import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the command line keeps who signed in: MFA_CONFIG_DIR, or the usual place of the system. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.MFA_CONFIG_DIR) return env.MFA_CONFIG_DIR;
  if (process.platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'per-user-mfa');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'per-user-mfa');
}

/** The text of a file of the folder; undefined when there is none. */
export function readConfig(name: string): string | undefined {
  try {
    return readFileSync(join(configFolder(), name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file that nobody but the user may read (mode 0600; on Windows the folder is the user's own). */
export function writeConfig(name: string, text: string): void {
  const folder = configFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  const unfinished = `${file}.${process.pid}.new`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  chmodSync(unfinished, 0o600); // also where it was left behind with another mode
  renameSync(unfinished, file);
}

export function removeConfig(name: string): void {
  rmSync(join(configFolder(), name), { force: true });
}
