import type { AuditEntry } from '../audit/entry.ts';
import { operationEntry } from '../audit/operationEntry.ts';
import type { Operation } from '../domain/operation.ts';
import type { ChunkUser } from '../operations/chunk.ts';
import type { Delivery } from './deliveryStore.ts';

const EVENTS: Partial<Record<Delivery['status'], AuditEntry['event']>> = {
  sent: 'notificationSent',
  skipped: 'notificationSkipped',
  failed: 'notificationFailed',
  unknown: 'notificationFailed',
};

/** The audit entry of a finished mail; undefined before. The same mail gives the same entry. */
export function notificationEntry(operation: Operation, user: ChunkUser, delivery: Delivery): AuditEntry | undefined {
  const event = EVENTS[delivery.status];
  if (event === undefined) return undefined;
  const { code, message, requestId } = delivery;
  return {
    event,
    ...operationEntry(operation, user),
    at: new Date(delivery.at).toISOString(),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
