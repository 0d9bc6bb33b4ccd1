import type { AuditStore } from '../audit/auditStore.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { Delivery, DeliveryKey } from './deliveryStore.ts';
import type { Occasion } from './mail.ts';

/** Whether a mail is still to be sent, or why it is not, or when Graph can be asked. */
export type MailNeed =
  | { readonly kind: 'needed' }
  | { readonly kind: 'notNeeded'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/** What a mail to a user is about. */
export interface UserMail {
  readonly occasion: Occasion;
  readonly userId: string;
  /** Where what became of it is kept. */
  readonly name: DeliveryKey;
  need(): Promise<MailNeed>;
  /** Records what became of it, once that is decided. Recording it again changes nothing. */
  record(delivery: Delivery): Promise<void>;
}

export interface UserMailDependencies {
  readonly operations: OperationStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly open: OpenTable;
  readonly now: () => number;
}
