import type { Evidence, KnownOperation, OperationEvidence } from '../../../bench/faults/evidence.ts';
import type { ItemReport } from '../../../local/demo/api.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';

export const OLDER = '00000000-0000-4000-8000-000000000001';
export const NEWER = '00000000-0000-4000-8000-000000000002';
export const ADA = 'ada00000-0000-4000-8000-000000000000';
export const BEN = 'ben00000-0000-4000-8000-000000000000';

const AT = '2026-03-02T10:00:00.000Z';

export function item(userId: string | null, outcome: string, reference = userId ?? 'nobody@contoso.com'): ItemReport {
  return { reference, userId, outcome, detail: { decidedDateTime: AT } };
}

/** An operation that was accepted and is over, with counts that are those of its items. */
export function operation(
  id: string,
  targetState: MfaState,
  items: readonly ItemReport[],
  overrides: Partial<OperationEvidence> & { readonly dryRun?: boolean } = {},
): OperationEvidence {
  const counts: Record<string, number> = {};
  for (const { outcome } of items) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const known: KnownOperation = {
    report: { id, status: 'Succeeded', references: items.length, counts },
    items,
    targetState,
    dryRun: overrides.dryRun ?? false,
    sequence: id.slice(-3),
  };
  return { id, accepted: true, listed: true, asked: items.map(({ reference }) => reference), known, ...overrides };
}

/** A write, or a promotion when its author is Entra. Numbers and times come with `evidence`. */
export function write(
  userId: string,
  from: MfaState,
  to: MfaState,
  by: string,
  appliedBy: LedgerEntry['appliedBy'] = 'client',
): LedgerEntry {
  const ids = { requestId: `request of ${by}`, clientRequestId: by, appId: 'local' };
  return { number: 0, at: 0, userId, from, to, appliedBy, acknowledged: true, ...ids };
}

export function entry(
  userId: string | null,
  event: AuditEntry['event'],
  from: MfaState | undefined,
  to: MfaState,
  operationId: string,
): AuditEntry {
  return {
    event,
    userId,
    reference: userId ?? 'nobody@contoso.com',
    operationId,
    actor: { kind: 'application', id: 'a client' },
    reason: 'because',
    ...(from === undefined ? {} : { from }),
    to,
    acceptedAt: AT,
    at: AT,
  };
}

interface Sides {
  readonly operations?: readonly OperationEvidence[];
  readonly ledger?: readonly LedgerEntry[];
  readonly audit?: readonly AuditEntry[];
  readonly before?: Readonly<Record<string, MfaState>>;
  readonly after?: Readonly<Record<string, MfaState>>;
}

/** What the sides say, with the same entries in both audit tables. */
export function evidence({ operations = [], ledger = [], audit = [], before = {}, after = {} }: Sides): Evidence {
  return {
    operations,
    ledger: ledger.map((one, index) => ({ ...one, number: index + 1, at: index })),
    audit: { byUser: audit, byTime: audit },
    before: new Map(Object.entries(before)),
    after: new Map(Object.entries(after)),
    rows: new Map(),
  };
}

/** Two operations on one user, as all sides should tell it. */
export function agreement(): Evidence {
  return evidence({
    operations: [
      operation(OLDER, 'enabled', [item(ADA, 'applied')]),
      operation(NEWER, 'disabled', [item(ADA, 'applied'), item(BEN, 'unchanged'), item(null, 'failed')]),
    ],
    ledger: [write(ADA, 'disabled', 'enabled', OLDER), write(ADA, 'enabled', 'disabled', NEWER)],
    audit: [
      entry(ADA, 'stateChanged', 'disabled', 'enabled', OLDER),
      entry(ADA, 'stateChanged', 'enabled', 'disabled', NEWER),
      entry(null, 'stateChangeFailed', undefined, 'disabled', NEWER),
    ],
    before: { [ADA]: 'disabled', [BEN]: 'disabled' },
    after: { [ADA]: 'disabled', [BEN]: 'disabled' },
  });
}
