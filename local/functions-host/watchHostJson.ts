import { watch } from 'node:fs';
import type { HostLog } from './hostLog.ts';

/** An editor writes a file in several steps. */
const SETTLED_AFTER_MS = 500;

/**
 * Calls back whenever host.json of the app has been written, touched or replaced, as the real host watches it.
 * @returns ends it
 */
export function watchHostJson(appDirectory: string, log: HostLog, onChange: () => void): () => void {
  let settled: NodeJS.Timeout | undefined;
  const watcher = watch(appDirectory, { persistent: false }, (_, file) => {
    if (file !== 'host.json') return;
    clearTimeout(settled);
    settled = setTimeout(onChange, SETTLED_AFTER_MS);
  });
  watcher.on('error', (error) => log.host('warning', `Changes of host.json are no longer detected: ${error.message}`));
  return () => {
    clearTimeout(settled);
    watcher.close();
  };
}
