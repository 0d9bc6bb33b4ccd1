import { type Child, startChild } from '../../local/child.ts';
import { builtScript } from '../../local/projectFolder.ts';
import type { App } from './apps.ts';

/** Starts the local Functions host with an app, as a process of its own. */
export function startAppHost(app: App, settings: Readonly<Record<string, string>> = {}): Promise<Child> {
  return startChild({
    script: builtScript('functions-host'),
    args: ['--app', app.directory, '--port', '0'],
    env: settings,
  });
}

/** @throws Error when the answer is not a good one */
export async function requireAnswer(host: Child, app: App): Promise<void> {
  const response = await fetch(`${host.ready.url}/${app.route}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${app.route} was answered with ${response.status}.`);
}
