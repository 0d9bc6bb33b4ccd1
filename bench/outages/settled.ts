import { setTimeout as delay } from 'node:timers/promises';
import { apiClient, isOver } from '../../local/apiClient.ts';
import { auditTables } from '../../local/oracle/auditTables.ts';
import type { BusControl } from '../../local/service-bus/busControl.ts';

const LOOK_EVERY_MS = 250;

export interface WatchedOperation {
  readonly id: string;
  /** Users that are changed. */
  readonly users: number;
  readonly apiUrl: string;
  readonly tablesConnection: string;
}

/** How long something took, in milliseconds; undefined when it took longer than it may. */
export interface SettledTimes {
  /** Until the operation had finished and each change was in the audit record. */
  readonly settledMs: number | undefined;
  /**
   * Until no message was left as well. A message that was finished, but could not be completed because Service Bus was
   * out, comes back when its lock expires, and finds its work done. Checks for late writes are scheduled minutes ahead.
   */
  readonly drainedMs: number | undefined;
}

/**
 * Waits until an operation has settled and no message is left.
 * @param now milliseconds since any fixed moment
 * @param limitMs how long to wait
 */
export async function untilSettled(
  operation: WatchedOperation,
  { bus, now }: { readonly bus: BusControl; readonly now: () => number },
  limitMs: number,
): Promise<SettledTimes> {
  const startedAt = now();
  let settledMs: number | undefined;
  for (; now() < startedAt + limitMs; await delay(LOOK_EVERY_MS)) {
    if (settledMs === undefined && (await isSettled(operation))) settledMs = now() - startedAt;
    if (settledMs !== undefined && (await bus.messagesLeft()) === 0) return { settledMs, drainedMs: now() - startedAt };
  }
  return { settledMs, drainedMs: undefined };
}

async function isSettled({ id, users, apiUrl, tablesConnection }: WatchedOperation): Promise<boolean> {
  // While the service cannot answer, the operation has not finished.
  const report = await apiClient(apiUrl)
    .findOperation(id)
    .catch(() => undefined);
  if (report === undefined || !isOver(report)) return false;
  const recorded = await auditTables(tablesConnection).byUser();
  return recorded.length >= users || report.counts.applied !== users;
}
