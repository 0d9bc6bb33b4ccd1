import { within } from './deadline.ts';
import type { HostLog } from './hostLog.ts';

/** After the drain limit: how long abandoning and releasing may still take. */
const ABANDON_WITHIN_MS = 5_000;

/**
 * Lets work come to its end.
 * @param stop stops taking work; resolves when all is done, and gives up what is left when its signal comes
 */
export async function drain(
  stop: (giveUp: AbortSignal) => Promise<unknown>,
  drainMs: number,
  log: HostLog,
): Promise<void> {
  const giveUp = new AbortController();
  const limit = setTimeout(() => {
    log.host('warning', `Invocations are still running after ${drainMs / 1000} s; what they hold is abandoned`);
    giveUp.abort();
  }, drainMs);
  await orSay(stop(giveUp.signal), drainMs + ABANDON_WITHIN_MS, log);
  clearTimeout(limit);
}

/** Waits for the release, up to a limit. */
export async function release(releasing: Promise<unknown>, log: HostLog): Promise<void> {
  await orSay(releasing, ABANDON_WITHIN_MS, log);
}

async function orSay(work: Promise<unknown>, limitMs: number, log: HostLog): Promise<void> {
  try {
    await within(work, limitMs, () => new Error('it took too long'));
  } catch (error) {
    log.host('warning', `Not everything could be released: ${(error as Error).message}`);
  }
}
