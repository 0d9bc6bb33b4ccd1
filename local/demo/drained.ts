import { setTimeout as delay } from 'node:timers/promises';
import type { QueueCounts } from '../service-bus/engine/counts.ts';
import type { Stack } from '../stack.ts';

const POLL_EVERY_MS = 50;
/** Longer than the service waits for a quota that is used up. */
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** Waits until no message is left: outcomes are stored before what follows from them, and then all of it is done. */
export async function drained(stack: Stack, now: () => number): Promise<void> {
  const startedAt = now();
  for (;;) {
    const response = await fetch(`${stack.serviceBusControlUrl}/queues`);
    // The emulator's own answer, taken at its word.
    const queues = Object.values((await response.json()) as Record<string, QueueCounts>);
    if (queues.every(({ active, scheduled, deadLetter }) => active + scheduled + deadLetter === 0)) return;
    if (now() - startedAt > GIVE_UP_AFTER_MS) throw new Error('The queues do not drain.');
    await delay(POLL_EVERY_MS);
  }
}
