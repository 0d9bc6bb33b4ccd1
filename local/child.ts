import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a process ended. */
export interface Ended {
  /** The exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to stderr. */
  readonly lastLines: readonly string[];
}

/** A process that was started and has said that it is ready. */
export interface Child {
  readonly pid: number;
  /** The output of the process when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Resolves with the exit code when the process is gone; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Resolves when the process is gone and everything that it wrote has been read. */
  readonly ended: Promise<Ended>;
  /** Asks the process to stop, waits until it is gone and returns its exit code. */
  stop(): Promise<number | null>;
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each line that the process writes to stderr. Lines go nowhere when it is missing. */
  readonly onLine?: (line: string) => void;
  /** Recognises readiness in a line of stdout; by default a line of JSON. Returns undefined while not ready. */
  readonly readReady?: (line: string) => Readonly<Record<string, unknown>> | undefined;
  /** The IPC message that stops the process. */
  readonly stopMessage?: string;
  /** How long the process may take to become ready. */
  readonly readyWithinMs?: number;
}

/** How long a process that was asked to stop may take before it is ended; the host drains for up to 30 s. */
const STOP_WITHIN_MS = 40_000;

/**
 * Starts a Node.js script as a child process and waits until it is ready. Ctrl-C in a terminal reaches only this process,
 * which can then stop its children in order; a child that lost its parent stops by itself (`stopWithParent.ts`).
 * @throws Error with the end of the child's stderr when it exits first, or is not ready in time.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(process.execPath, ['--enable-source-maps', options.script, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...options.env },
    detached: process.platform !== 'win32', // there it would open a window
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const lastLines: string[] = [];
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
    options.onLine?.(line);
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, lastLines })),
  );

  const ready = await new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${options.script} ${why}\n${lastLines.join('\n')}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, options.readyWithinMs ?? 60_000);
    child.once('error', (error) => reject(error));
    child.once('exit', (code) => fail(`exited with ${code} before it was ready`));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const found = (options.readReady ?? readJson)(line);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });

  return {
    pid: child.pid as number,
    ready,
    exited,
    ended,
    stop: () => stop(child, exited, options.stopMessage ?? 'stop'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function stop(child: ChildProcess, exited: Promise<number | null>, message: string): Promise<number | null> {
  if (child.connected) child.send(message, () => {});
  else child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  const code = await exited;
  clearTimeout(timer);
  return code;
}

function readJson(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}
