import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for sign-ins: MFA_CONFIG_DIR, or the default folder of the system. */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.MFA_CONFIG_DIR) return env.MFA_CONFIG_DIR;
  if (process.platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'per-user-mfa');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'per-user-mfa');
}

/** The text of a file in the folder; undefined when the file does not exist. */
export function readConfig(name: string): string | undefined {
  try {
    return readFileSync(join(configFolder(), name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file that only the user can read (mode 0600; on Windows, the folder belongs to the user). */
export function writeConfig(name: string, text: string): void {
  const folder = configFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  const unfinished = `${file}.${process.pid}.new`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  chmodSync(unfinished, 0o600); // the file may remain from an earlier attempt, with another mode
  renameSync(unfinished, file);
}

export function removeConfig(name: string): void {
  rmSync(join(configFolder(), name), { force: true });
}
