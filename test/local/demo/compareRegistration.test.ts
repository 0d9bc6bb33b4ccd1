import { describe, expect, it } from 'vitest';
import { findRegistrationMismatches, type RegistrationEvidence } from '../../../local/demo/compareRegistration.ts';
import type { ControlUser } from '../../../local/graph/control.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';

const AT = '2026-01-01T00:00:00.000Z';

function user(id: string, state: ControlUser['state'], registered: boolean): ControlUser {
  const names = { upn: `${id}@contoso.com`, userType: 'Member' as const };
  return { id, ...names, state, registered, promotable: true, methods: [], accountEnabled: true };
}

function entry(userId: string, event: AuditEntry['event'], changes: Partial<AuditEntry> = {}): AuditEntry {
  const about = { userId, reference: `${userId}@contoso.com`, operationId: null, acceptedAt: null };
  return { ...about, event, actor: { kind: 'service', id: 's' }, reason: 'found', to: 'enabled', at: AT, ...changes };
}

function move(userId: string): LedgerEntry {
  const ids = { number: 1, at: 0, userId, requestId: 'r', clientRequestId: 'c', appId: 'a' };
  return { ...ids, from: 'enabled', to: 'enforced', appliedBy: 'entra', acknowledged: true };
}

/** One user who waits, one whom Entra moved, and one who did nothing. */
function agreement(entries?: AuditEntry[]): RegistrationEvidence {
  const all = entries ?? [
    entry('waits', 'registrationCompleted'),
    entry('waits', 'stuckEnabled'),
    entry('moved', 'enforcedByEntra', { from: 'enabled', to: 'enforced' }),
  ];
  return {
    audit: { audit: all, auditByTime: all },
    ledger: [move('moved')],
    users: [user('waits', 'enabled', true), user('moved', 'enforced', true), user('idle', 'enabled', false)],
  };
}

describe('findRegistrationMismatches', () => {
  it('finds nothing where all sides agree', () => {
    expect(findRegistrationMismatches(agreement())).toEqual([]);
  });

  it.each([
    ['a registration that was not recorded', agreement().audit.audit.slice(1)],
    ['a stuck user who was not recorded', agreement().audit.audit.filter(({ event }) => event !== 'stuckEnabled')],
    ['a move of Entra that was not recorded', agreement().audit.audit.slice(0, 2)],
    ['an entry twice', [...agreement().audit.audit, entry('waits', 'stuckEnabled')]],
    ['an entry without reason', [...agreement().audit.audit, entry('idle', 'changedOutside')]],
    ['an entry of nobody', [...agreement().audit.audit, entry('stranger', 'registrationCompleted')]],
  ])('finds %s, in both tables', (_what, entries) => {
    const found = findRegistrationMismatches(agreement(entries));
    expect(found).toEqual([expect.stringMatching(/^audit: /), expect.stringMatching(/^auditByTime: /)]);
  });

  it('finds a move from another state', () => {
    const wrong = agreement().audit.audit.map((one) => (one.userId === 'moved' ? { ...one, from: undefined } : one));
    expect(findRegistrationMismatches(agreement(wrong))).toHaveLength(2);
  });

  it('finds an entry that is not the same in both tables', () => {
    const evidence = agreement();
    const auditByTime = evidence.audit.auditByTime.map((one) => ({ ...one, reason: 'another' }));
    const found = findRegistrationMismatches({ ...evidence, audit: { ...evidence.audit, auditByTime } });
    expect(found).toHaveLength(3);
  });

  it('expects whom the service promoted to be recorded as registered, and not as stuck', () => {
    const evidence = agreement([
      entry('waits', 'registrationCompleted'),
      entry('waits', 'stateChanged', { from: 'enabled', to: 'enforced', operationId: 'o' }),
      entry('moved', 'enforcedByEntra', { from: 'enabled', to: 'enforced' }),
    ]);
    const users = evidence.users.map((one) => (one.id === 'waits' ? user('waits', 'enforced', true) : one));
    expect(findRegistrationMismatches({ ...evidence, users })).toEqual([]);
  });
});
