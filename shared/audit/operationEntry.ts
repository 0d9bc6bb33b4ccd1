import type { Operation } from '../domain/operation.ts';
import type { AuditEntry } from './entry.ts';

/** What every audit entry about a user of an operation says of the two. */
export function operationEntry(
  operation: Operation,
  user: { readonly id: string | null; readonly reference: string },
): Pick<AuditEntry, 'userId' | 'reference' | 'operationId' | 'actor' | 'requestedBy' | 'reason' | 'to' | 'acceptedAt'> {
  return {
    userId: user.id,
    reference: user.reference,
    operationId: operation.id,
    actor: operation.actor,
    ...(operation.originalActor === undefined ? {} : { requestedBy: operation.originalActor }),
    reason: operation.reason,
    to: operation.targetState,
    acceptedAt: operation.acceptedAt,
  };
}
