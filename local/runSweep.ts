import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './apiClient.ts';

const SWEEP = 'sweepRegistrations';
const POLL_EVERY_MS = 200;
const ASK_AGAIN_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 15 * 60_000;

/**
 * Starts a registration sweep by the host's admin route, as one would by hand, and waits until it is completed.
 * @param now milliseconds since any fixed moment
 * @throws Error when the host does not run it, or it does not end within 15 minutes
 */
export async function runSweep(
  { api, hostUrl }: { readonly api: Pick<Api, 'sweeps'>; readonly hostUrl: string },
  now: () => number,
): Promise<void> {
  const before = (await api.sweeps())[0]?.sweep ?? 0;
  const startedAt = now();
  for (let askedAt = Number.NEGATIVE_INFINITY; ; ) {
    if (now() - askedAt > ASK_AGAIN_AFTER_MS) {
      askedAt = now();
      await requestSweep(hostUrl);
    }
    await delay(POLL_EVERY_MS);
    const sweeps = await api.sweeps();
    if (sweeps.some(({ sweep, status }) => sweep > before && status === 'completed')) return;
    if (now() - startedAt > GIVE_UP_AFTER_MS)
      throw new Error('The registration sweep does not end. `npm start -- --verbose` shows what the service logs.');
  }
}

async function requestSweep(hostUrl: string): Promise<void> {
  const response = await fetch(`${hostUrl}/admin/functions/${SWEEP}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`The host does not run ${SWEEP}: status ${response.status}.`);
}
