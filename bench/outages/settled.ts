import { setTimeout as delay } from 'node:timers/promises';
import { apiClient, isOver } from '../../local/apiClient.ts';
import type { BusControl } from '../../local/service-bus/busControl.ts';

const LOOK_EVERY_MS = 250;

/**
 * Waits until an operation has finished and no message is left. Returns false when that takes too long.
 * @param now milliseconds since any fixed moment
 */
export async function untilSettled(
  id: string,
  { apiUrl, bus, now }: { readonly apiUrl: string; readonly bus: BusControl; readonly now: () => number },
  limitMs: number,
): Promise<boolean> {
  const api = apiClient(apiUrl);
  for (const deadline = now() + limitMs; now() < deadline; await delay(LOOK_EVERY_MS)) {
    // While the service cannot answer, the operation has not finished.
    const report = await api.findOperation(id).catch(() => undefined);
    if (report !== undefined && isOver(report) && (await bus.messagesLeft()) === 0) return true;
  }
  return false;
}
