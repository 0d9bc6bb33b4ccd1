import { spawn } from 'node:child_process';

/** The command that opens an address; BROWSER names another one. */
function opener(env: NodeJS.ProcessEnv): readonly [string, ...string[]] {
  if (env.BROWSER) return [env.BROWSER];
  if (process.platform === 'darwin') return ['open'];
  // On Windows, this way needs no shell. A shell would interpret characters of the address.
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}

/** Whether a browser would probably open on the user's screen. */
export function hasBrowser(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.BROWSER) return true;
  if (env.SSH_CONNECTION) return false;
  return process.platform === 'darwin' || process.platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** @returns false when no browser started; the user can then open the address by hand */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = opener(process.env);
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}
