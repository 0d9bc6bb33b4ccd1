import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';

let made = 0;

/** An entry that can be told from all others by its `requestId`. */
export function auditEntry(at: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    event: 'stateChanged',
    userId: randomUUID(),
    reference: 'ada@contoso.com',
    operationId: randomUUID(),
    actor: { kind: 'user', id: randomUUID() },
    reason: 'a test',
    to: 'enabled',
    acceptedAt: at,
    at,
    requestId: String(made++),
    ...more,
  };
}

/** Records entries as chunks of 20 do, and returns them newest first. */
export async function record(deps: Dependencies, entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
  for (let start = 0; start < entries.length; start += 20)
    await deps.audit.record(`${randomUUID()}_chunk`, entries.slice(start, start + 20));
  return [...entries].sort((a, b) => (a.at < b.at ? 1 : -1));
}
