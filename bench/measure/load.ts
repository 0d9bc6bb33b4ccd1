import { setTimeout as delay } from 'node:timers/promises';

/**
 * Starts work at a constant rate, whether or not what was started before is done, and returns how long each took, in
 * milliseconds from when it should have started: a sender that cannot keep up shows as well.
 * @param now milliseconds
 */
export async function latenciesAt(
  perSecond: number,
  count: number,
  work: (index: number) => Promise<void>,
  now: () => number,
): Promise<number[]> {
  const startedAt = now();
  const running: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const dueAt = startedAt + (index * 1_000) / perSecond;
    const early = dueAt - now();
    if (early > 0) await delay(early);
    const done = work(index).then(() => now() - dueAt);
    done.catch(() => {}); // told when all are awaited
    running.push(done);
  }
  return Promise.all(running);
}
