import type { ItemReport } from '../../../local/demo/api.ts';
import type { Evidence } from '../../../local/demo/evidence.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';

const AT = '2026-05-04T10:00:01.000Z';
const OPERATION = 'op-1';

function item(reference: string, userId: string | null, outcome: string, rest: object = {}): ItemReport {
  return { reference, userId, outcome, detail: { decidedDateTime: AT, ...rest } };
}

function entry(event: AuditEntry['event'], userId: string | null, reference: string, rest: object = {}): AuditEntry {
  return {
    event,
    userId,
    reference,
    operationId: OPERATION,
    actor: { kind: 'user', id: 'admin' },
    reason: 'test',
    to: 'enabled',
    acceptedAt: '2026-05-04T10:00:00.000Z',
    at: AT,
    ...rest,
  };
}

/** A write of the service, from disabled to enabled unless it is said otherwise. */
export function write(number: number, userId: string, rest: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    number,
    at: Date.parse(AT),
    userId,
    from: 'disabled',
    to: 'enabled',
    requestId: `request-${number}`,
    clientRequestId: '',
    appliedBy: 'client',
    appId: 'app',
    acknowledged: true,
    ...rest,
  };
}

/**
 * All sides agree about: `plain`, applied; `eager`, applied and then promoted by Entra; `ready`, unchanged; `guarded`,
 * refused; a name that is nobody's, failed; repetitions of two of them; `outsider`, who is not on the list.
 */
export function agreement(): Evidence {
  const items = [
    item('plain@contoso.com', 'plain', 'applied', { from: 'disabled', to: 'enabled' }),
    item('eager@contoso.com', 'eager', 'applied', { from: 'disabled', to: 'enabled' }),
    item('ready@contoso.com', 'ready', 'unchanged', { from: 'enabled' }),
    item('guarded@contoso.com', 'guarded', 'refused', { code: 'protectedAccount', message: 'is protected' }),
    item('nobody@contoso.com', null, 'failed', { code: 'userNotFound', message: 'is not there' }),
    item('PLAIN@contoso.com', 'plain', 'duplicate'),
    item('NOBODY@contoso.com', null, 'duplicate'),
  ];
  const entries = [
    entry('stateChanged', 'plain', 'plain@contoso.com', { from: 'disabled', requestId: 'request-1' }),
    entry('stateChanged', 'eager', 'eager@contoso.com', { from: 'disabled' }),
    entry('stateChangeRefused', 'guarded', 'guarded@contoso.com', {
      code: 'protectedAccount',
      message: 'is protected',
    }),
    entry('stateChangeFailed', null, 'nobody@contoso.com', { code: 'userNotFound', message: 'is not there' }),
  ];
  return {
    asked: items.map(({ reference }) => reference),
    target: 'enabled',
    operation: {
      id: OPERATION,
      status: 'PartiallySucceeded',
      targetState: 'enabled',
      reason: 'test',
      references: 7,
      counts: { pending: 0, applied: 2, unchanged: 1, superseded: 0, refused: 1, failed: 1, duplicate: 2 },
      finishedDateTime: AT,
    },
    items,
    audit: { audit: entries, auditByTime: entries.map((one) => ({ ...one })) },
    ledger: [
      write(1, 'plain'),
      write(2, 'eager'),
      write(3, 'eager', { from: 'enabled', to: 'enforced', appliedBy: 'entra' }),
    ],
    before: new Map([
      ['plain', 'disabled'],
      ['eager', 'disabled'],
      ['ready', 'enabled'],
      ['guarded', 'disabled'],
      ['outsider', 'disabled'],
    ]),
    after: new Map([
      ['plain', 'enabled'],
      ['eager', 'enforced'],
      ['ready', 'enabled'],
      ['guarded', 'disabled'],
      ['outsider', 'disabled'],
    ]),
  };
}
