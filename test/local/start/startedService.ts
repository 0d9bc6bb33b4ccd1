import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { builtScript } from '../../../local/projectFolder.ts';
import { freePort } from '../../support/freePort.ts';

const LIMIT_MS = 90_000;

/** `npm start`, running. */
export interface StartedService {
  readonly apiUrl: string;
  readonly graphUrl: string;
  /** Everything that it printed until it was ready. */
  readonly welcome: string;
  /** The process id of a part, by what the welcome text calls it. */
  pidOf(part: string): number;
  /** Presses Ctrl-C, which the terminal sends to every process of the command. */
  interrupt(): void;
  /** How it ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

/** Starts what `npm start` starts, at a free port, and waits until it says that it is ready. */
export async function startService(...args: readonly string[]): Promise<StartedService> {
  const port = await freePort();
  const child = spawn(process.execPath, [builtScript('start'), '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a process group, as a terminal makes one of each command
  });
  process.once('exit', () => child.kill('SIGTERM')); // a test that failed has not stopped it
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ended = Promise.all([exited, text(child.stderr)]).then(([code, err]) => ({ code, err }));
  let welcome = '';
  const ready = new Promise<'ready'>((resolve) =>
    child.stdout.on('data', (chunk) => {
      welcome += String(chunk);
      if (welcome.includes('Ctrl-C stops everything.')) resolve('ready');
    }),
  );
  const first = await Promise.race([ready, ended, delay(LIMIT_MS, undefined, { ref: false })]);
  if (first !== 'ready') {
    child.kill('SIGTERM');
    throw new Error(`npm start is not ready: ${welcome}${(await ended).err}`);
  }
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    graphUrl: /^Graph simulator +(\S+),/m.exec(welcome)?.[1] ?? '',
    welcome,
    pidOf: (part) => Number(new RegExp(`^${part} .*process (\\d+)\\)`, 'm').exec(welcome)?.[1]),
    interrupt: () => {
      if (process.platform === 'win32') child.kill('SIGINT');
      else process.kill(-(child.pid as number), 'SIGINT');
    },
    ended,
  };
}
