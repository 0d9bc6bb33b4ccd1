import { setTimeout as delay } from 'node:timers/promises';
import { apiClient, isOver } from '../../local/apiClient.ts';
import type { BusControl } from '../../local/service-bus/busControl.ts';

const LOOK_EVERY_MS = 500;

/** Without any news for so long, nothing more will happen: a restart of the app keeps lanes for half a minute. */
const STILL_FOR_MS = 70_000;

/**
 * Waits until all operations in the API have finished and no message is left: outcomes are stored before their effects,
 * so only then is the audit record complete. Gives up when there is no progress, or at the limit; the oracle then finds
 * the stuck operations.
 * @param now milliseconds since any fixed moment
 */
export async function waitUntilOver(
  ids: readonly string[],
  { apiUrl, bus, now }: { readonly apiUrl: string; readonly bus: BusControl; readonly now: () => number },
  limitMs: number,
): Promise<void> {
  const api = apiClient(apiUrl);
  const deadline = now() + limitMs;
  let open = [...ids];
  let news = '';
  let newsAt = now();
  while (now() < deadline && now() < newsAt + STILL_FOR_MS) {
    const looks = await Promise.allSettled(open.map((id) => api.findOperation(id)));
    const reports = looks.map((look) => (look.status === 'fulfilled' ? look.value : undefined));
    const found = JSON.stringify([reports.map((one) => one?.counts.pending), await bus.messagesLeft()]);
    if (found !== news) newsAt = now();
    news = found;
    open = open.filter((_, index) => {
      const report = reports[index];
      // Under faults the API may fail too: then this look saw nothing.
      return report === undefined ? looks[index]?.status === 'rejected' : !isOver(report);
    });
    if (open.length === 0 && (await bus.messagesLeft()) === 0) return;
    await delay(LOOK_EVERY_MS);
  }
}
