import type { AuditStore } from '../audit/auditStore.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { MailPriority } from '../pace/mailPacer.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryKey } from './deliveryStore.ts';
import type { Occasion } from './occasion.ts';

/** Whether a mail is still needed, why it is not, or how long to wait before the next request to Graph. */
export type MailNeed =
  | { readonly kind: 'needed'; readonly occasion: Occasion }
  | { readonly kind: 'notNeeded'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/** A mail to a user. */
export interface UserMail {
  readonly priority: MailPriority;
  readonly userId: string;
  /** The row with its progress. */
  readonly name: DeliveryKey;
  need(): Promise<MailNeed>;
  /** Writes the audit entry of a finished mail. A repeated call changes nothing. */
  record(delivery: Delivery): Promise<void>;
}

export interface UserMailDependencies {
  readonly operations: OperationStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly open: OpenTable;
  readonly now: () => number;
  /** How long Graph may still show the old state after a change. */
  readonly consistencyMs: number;
}

/** The user was deleted. */
export const USER_DELETED = {
  kind: 'notNeeded',
  code: 'userNotFound',
  message: 'The tenant no longer has this user.',
} as const;
