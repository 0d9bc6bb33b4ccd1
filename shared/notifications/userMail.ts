import type { AuditStore } from '../audit/auditStore.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryKey } from './deliveryStore.ts';
import type { Occasion } from './mail.ts';

/** Whether a mail is still needed, why it is not, or how long to wait before the next request to Graph. */
export type MailNeed =
  | { readonly kind: 'needed' }
  | { readonly kind: 'notNeeded'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/** A mail to a user. */
export interface UserMail {
  readonly occasion: Occasion;
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
}
