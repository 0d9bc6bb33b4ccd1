import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Linux counts processor time in hundredths of a second, whatever the machine (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;
const KIB_PER_MB = 1024;

/** How often memory is looked at where the system does not keep its peak. */
const LOOK_EVERY_MS = 50;

/** Processor time of a process so far, in seconds; undefined where the system does not tell. */
export async function cpuSecondsOf(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') return readStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  const text = await ps(pid, 'time');
  return text === undefined ? undefined : readPsTime(text);
}

/** The memory that a process has now, in MB; and the most that it ever had, where the system keeps that. */
export interface Memory {
  readonly residentMb: number;
  readonly peakMb?: number;
}

/** Undefined where the system does not tell. */
export async function memoryOf(pid: number): Promise<Memory | undefined> {
  if (process.platform === 'linux') return readStatus(await readFile(`/proc/${pid}/status`, 'utf8'));
  const text = await ps(pid, 'rss');
  return text === undefined ? undefined : { residentMb: Number(text) / KIB_PER_MB };
}

/** Watches the memory of a process until it is asked for the most that there was since. */
export function watchPeak(pid: number): () => Promise<number | undefined> {
  let most: number | undefined;
  let before: Memory | undefined;
  let looking = Promise.resolve();
  const look = (): void => {
    looking = looking.then(async () => {
      const memory = await memoryOf(pid).catch(() => undefined); // the process has ended
      if (memory === undefined) return;
      before ??= memory;
      const isNewPeak = memory.peakMb !== undefined && memory.peakMb > (before.peakMb ?? 0);
      most = Math.max(most ?? 0, isNewPeak ? (memory.peakMb as number) : memory.residentMb);
    });
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    look();
    await looking;
    return most;
  };
}

/** Processor seconds in `/proc/PID/stat`. The second field, the name, may hold anything, also spaces and brackets. */
export function readStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory in `/proc/PID/status`, which is in KiB. */
export function readStatus(text: string): Memory {
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / KIB_PER_MB;
  return { residentMb: field('VmRSS'), peakMb: field('VmHWM') };
}

/** Processor seconds as `ps` shows them: `[[days-]hours:]minutes:seconds`, with a fraction on macOS. */
export function readPsTime(text: string): number {
  const [clock = '', days = '0'] = text.trim().split('-').reverse();
  return Number(days) * 86_400 + clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

async function ps(pid: number, column: 'time' | 'rss'): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const { stdout } = await promisify(execFile)('ps', ['-o', `${column}=`, '-p', String(pid)]);
  return stdout.trim();
}
