import type { ItemReport } from '../../../local/apiClient.ts';
import type { ControlUser } from '../../../local/graph/control.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { Evidence, KnownOperation, OperationEvidence } from '../../../local/oracle/evidence.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';

export const AT = '2026-03-02T10:00:00.000Z';
/** The reason of every operation. */
const REASON = 'because';

export function nameOf(userId: string): string {
  return `${userId}@contoso.com`;
}

/** @param userId null for an unknown name */
export function item(
  userId: string | null,
  outcome: string,
  { reference = nameOf(userId ?? 'nobody'), ...detail }: { reference?: string } & Partial<ItemReport['detail']> = {},
): ItemReport {
  return { reference, userId, outcome, detail: { decidedDateTime: AT, ...detail } };
}

export function applied(userId: string, from: MfaState, to: MfaState): ItemReport {
  return item(userId, 'applied', { from, to });
}

type Overrides = Partial<OperationEvidence> &
  Partial<Pick<KnownOperation, 'acknowledge' | 'dryRun' | 'group' | 'kind' | 'sequence'>>;

/** A finished operation, with counts that match its items. */
export function operation(
  id: string,
  targetState: MfaState,
  items: readonly ItemReport[],
  { acknowledge = [], dryRun = false, group = null, kind = 'stateChange', sequence = id, ...overrides }: Overrides = {},
): OperationEvidence {
  const counts: Record<string, number> = { pending: 0 };
  for (const { outcome } of items) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const report = { id, status: 'Succeeded', references: items.length, counts } as const;
  const known = { report, items, kind, targetState, reason: REASON, dryRun, acknowledge, group, sequence };
  const asked = items.map(({ reference }) => reference);
  return { id, requested: true, accepted: true, listed: true, asked, members: undefined, known, ...overrides };
}

/** A write of an operation; or a promotion, or a change past the service, when its author says so. */
export function write(
  userId: string,
  from: MfaState,
  to: MfaState,
  by: string,
  changes: Partial<LedgerEntry> = {},
): LedgerEntry {
  const ids = { number: 0, at: 0, requestId: `request of ${by}`, clientRequestId: by, appId: 'local' };
  return { ...ids, userId, from, to, appliedBy: 'client', acknowledged: true, ...changes };
}

/** A move by Entra. */
export function move(userId: string, from: MfaState = 'enabled', to: MfaState = 'enforced'): LedgerEntry {
  return write(userId, from, to, 'entra', { appliedBy: 'entra' });
}

export function entry(
  userId: string | null,
  event: AuditEntry['event'],
  operationId: string | null,
  to: MfaState,
  changes: Partial<AuditEntry> = {},
): AuditEntry {
  return {
    event,
    userId,
    reference: nameOf(userId ?? 'nobody'),
    operationId,
    actor: { kind: 'application', id: 'a client' },
    reason: REASON,
    to,
    acceptedAt: AT,
    at: AT,
    ...changes,
  };
}

/** The entry of a change. */
export function changed(userId: string, from: MfaState, to: MfaState, operationId: string): AuditEntry {
  return entry(userId, 'stateChanged', operationId, to, { from });
}

export function user(id: string, state: MfaState, registered: boolean): ControlUser {
  const traits = { userType: 'Member' as const, promotable: true, methods: [], accountEnabled: true };
  return { id, upn: nameOf(id), state, registered, ...traits };
}

interface Sides extends Partial<Pick<Evidence, 'operations' | 'ledger' | 'faultFree' | 'swept' | 'causes'>> {
  readonly audit?: readonly AuditEntry[];
  readonly before?: Readonly<Record<string, MfaState>>;
  readonly after?: Readonly<Record<string, MfaState>>;
  readonly registered?: readonly string[];
}

/** What the sides say, with the same entries in both audit tables. */
export function evidence(sides: Sides): Evidence {
  const { operations = [], ledger = [], audit = [], before = {}, after = {}, registered = [], swept, causes } = sides;
  return {
    operations,
    ledger: ledger.map((one, index) => ({ ...one, number: index + 1, at: index })),
    audit: { audit, auditByTime: audit.map((one) => ({ ...one })) },
    before: new Map(Object.entries(before)),
    after: new Map(Object.entries(after)),
    rows: new Map(),
    faultFree: sides.faultFree ?? false,
    registered: new Set(registered),
    swept,
    causes,
  };
}
