import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The parts of the recording; `starts` is replayed by starts.mjs. */
export type RecordedPart = 'http' | 'timers' | 'serviceBus' | 'restarted' | 'starts';

export interface Replay {
  /** Where the host listens, `http://127.0.0.1:PORT`; it runs the recorded app. */
  readonly url: string;
  readonly part: Exclude<RecordedPart, 'starts'>;
  /** Only the cases with this in their name. */
  readonly only?: string;
  /** Not the cases with any of these in their name. */
  readonly skip?: readonly string[];
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The folder of the recorded app. */
export const recordedApp = pathOf('app');

/**
 * Does again what was recorded of the real host.
 * @returns the names of the cases that a host answered otherwise than the real one, sorted
 * @throws Error with what was printed when the replay broke off
 */
export async function runReplay({ url, part, only, skip = [] }: Replay): Promise<string[]> {
  const chosen = [...(only === undefined ? [] : ['--only', only]), ...skip.flatMap((text) => ['--skip', text])];
  return differingCases(await runScript('replay.mjs', [url, '--part', part, ...chosen]));
}

/** The cases in which the local host differs on purpose, sorted. */
export async function differencesOf(part: RecordedPart): Promise<string[]> {
  const parts: Record<RecordedPart, Record<string, string>> = JSON.parse(
    await readFile(pathOf('differences.json'), 'utf8'),
  );
  return Object.keys(parts[part]).sort();
}

/** The names in what replay.mjs or starts.mjs printed: each stands in a line of its own, the differences indented below. */
export function differingCases(printed: string): string[] {
  const names = printed.split('\n').filter((line) => line !== '' && !line.startsWith(' ') && !SUM.test(line));
  return [...new Set(names)].sort();
}

/** The last line that the scripts print. */
const SUM = /^\d+ the same, \d+ different$/m;

/**
 * Runs a script of this folder; its exit code 1 means that something differed, or that it broke off.
 * @returns what it printed
 * @throws Error with what it printed when it broke off
 */
export function runScript(name: 'replay.mjs' | 'starts.mjs', args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [pathOf(name), ...args], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (SUM.test(stdout)) resolve(stdout);
      else reject(new Error(`${name} broke off:\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}
