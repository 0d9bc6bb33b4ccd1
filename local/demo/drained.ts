import { setTimeout as delay } from 'node:timers/promises';
import { busControl } from '../service-bus/busControl.ts';
import type { Stack } from '../stack.ts';

const POLL_EVERY_MS = 50;
/** Longer than the service waits for a quota that is used up. */
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** Waits until no message is left: outcomes are stored before what follows from them, and then all of it is done. */
export async function drained(stack: Pick<Stack, 'serviceBusControlUrl'>, now: () => number): Promise<void> {
  const bus = busControl(stack.serviceBusControlUrl);
  const startedAt = now();
  while ((await bus.messagesLeft()) > 0) {
    if (now() - startedAt > GIVE_UP_AFTER_MS)
      throw new Error('The queues do not drain. Look for errors in the log of the host.');
    await delay(POLL_EVERY_MS);
  }
}
