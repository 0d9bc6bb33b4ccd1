import type { LedgerEntry } from './ledger.ts';

/** Something that Entra's own audit log tells. */
export type AuditEvent =
  | { readonly kind: 'registration'; readonly at: number; readonly userId: string }
  | {
      readonly kind: 'stateChange' | 'disabled';
      readonly at: number;
      readonly userId: string;
      readonly entry: LedgerEntry;
    };

/** The events behind `/auditLogs/directoryAudits`, oldest first. */
export class AuditTrail {
  readonly events: AuditEvent[] = [];

  add(event: AuditEvent): void {
    this.events.push(event);
  }
}
