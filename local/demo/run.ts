import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { apiClient, type ItemReport, isOver, type OperationReport } from '../apiClient.ts';
import { graphControl } from '../graph/control.ts';
import type { MfaState } from '../graph/directory/mfaState.ts';
import { type AuditTables, auditTables } from '../oracle/auditTables.ts';
import type { Stack } from '../stack.ts';
import { drained } from './drained.ts';
import type { Standing } from './progress.ts';

/** The request of the demo. */
export interface DemoRequest {
  readonly csv: string | Uint8Array;
  readonly state: MfaState;
  readonly reason: string;
}

/** The result of the request. */
export interface DemoResult {
  readonly operation: OperationReport;
  readonly items: readonly ItemReport[];
  /** The history of one of the users, from the audit table. */
  readonly trail: readonly AuditEntry[];
  /** Entries of the table `audit`. */
  readonly auditEntries: number;
  /** Writes that Graph carried out for the service and told it so. */
  readonly graphWrites: number;
  /** Users that Entra enforced by itself, because they had registered. */
  readonly promoted: number;
  /** HTTP requests that Graph answered; a batch is one. */
  readonly graphRequests: number;
  /** From the request until the last outcome was seen. */
  readonly seconds: number;
}

export interface DemoEffects {
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly onProgress: (standing: Standing, seconds: number, final: boolean) => void;
}

const POLL_EVERY_MS = 400;
/** Longer than the service waits for a quota that is used up. Without any progress for so long, something is broken. */
const STALLED_AFTER_MS = 10 * 60_000;

/**
 * Sends a list to a running stack, follows it to its end, and gathers what came of it.
 * @throws ApiError when the API refuses the request
 * @throws Error when the operation makes no progress
 */
export async function runDemo(stack: Stack, request: DemoRequest, effects: DemoEffects): Promise<DemoResult> {
  const api = apiClient(stack.apiUrl);
  const graph = graphControl(stack.graphUrl);
  const ledgerBefore = (await graph.state()).ledgerEntries;

  const startedAt = effects.now();
  const accepted = await api.requestChange(request.csv, { state: request.state, reason: request.reason });
  const operation = await follow(accepted, () => api.operation(accepted.id), effects, startedAt);
  const seconds = (effects.now() - startedAt) / 1000;
  await drained(stack, effects.now);

  const items: ItemReport[] = [];
  for await (const item of api.items(operation.id)) items.push(item);
  const tables = auditTables(stack.tablesConnection);
  const ledger = await graph.ledger(ledgerBefore);
  const { counters } = await graph.state();
  return {
    operation,
    items,
    trail: await trailOf(items, tables),
    auditEntries: (await tables.byUser()).length,
    graphWrites: ledger.filter(({ appliedBy, acknowledged }) => appliedBy === 'client' && acknowledged).length,
    promoted: ledger.filter(({ appliedBy }) => appliedBy === 'entra').length,
    graphRequests: counters.httpRequests,
    seconds,
  };
}

/** Polls the operation until it has finished. */
async function follow(
  accepted: OperationReport,
  ask: () => Promise<OperationReport>,
  { now, onProgress }: DemoEffects,
  startedAt: number,
): Promise<OperationReport> {
  let operation = accepted;
  let changedAt = now();
  while (!isOver(operation)) {
    onProgress(operation, (now() - startedAt) / 1000, false);
    await delay(POLL_EVERY_MS);
    const next = await ask();
    if (next.counts.pending !== operation.counts.pending) changedAt = now();
    else if (now() - changedAt > STALLED_AFTER_MS)
      throw new Error(`Operation ${operation.id} makes no progress: ${next.counts.pending} references are pending.`);
    operation = next;
  }
  onProgress(operation, (now() - startedAt) / 1000, true);
  return operation;
}

/** The history of a user who was changed, or else of one with another entry. */
async function trailOf(items: readonly ItemReport[], tables: AuditTables): Promise<AuditEntry[]> {
  for (const outcome of ['applied', 'refused', 'failed']) {
    const userId = items.find((item) => item.outcome === outcome && item.userId !== null)?.userId;
    if (typeof userId === 'string') return tables.history(userId);
  }
  return [];
}
