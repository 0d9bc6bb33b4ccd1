import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../local/child.ts';
import { type Api, api } from './api.ts';
import { NOT_HOSTED } from './notHosted.ts';
import type { Parts } from './parts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Timers run only when a test says so: these are once a year. */
const NEVER = '0 0 0 1 1 *';
const SCHEDULES = {
  RECOVERY_SCHEDULE: NEVER,
  REGISTRATION_SWEEP_SCHEDULE: NEVER,
  AUDIT_INDEX_SCHEDULE: NEVER,
  HISTORY_PURGE_SCHEDULE: NEVER,
  AUDIT_SEAL_SCHEDULE: NEVER,
};

/** The built app in the Functions host, as a process of its own. */
export interface App extends Api {
  readonly child: Child;
  /** What the host and the app logged. */
  readonly lines: readonly string[];
}

/**
 * @param settings on top of those that connect the app to the parts
 * @param folder where the built app is; by default that of the project
 */
export async function startApp(
  parts: Parts,
  settings: Readonly<Record<string, string>> = {},
  folder = root,
): Promise<App> {
  const lines: string[] = [];
  const child = await startChild({
    script: join(root, 'dist', 'local', 'functions-host', 'main.js'),
    args: ['--app', folder, '--port', '0', '--drain', '2'],
    env: { ...NOT_HOSTED, ...SCHEDULES, ...parts.environment, ...settings },
    onLine: (line) => lines.push(line),
  });
  return { ...api(`${String(child.ready.url)}/api`), child, lines };
}
