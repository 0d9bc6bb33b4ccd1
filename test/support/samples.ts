import type { Operation } from '../../shared/domain/operation.ts';
import type { SafetyFacts } from '../../shared/stateChange/safetyFacts.ts';
import { type UserRow, unknownUser } from '../../shared/users/userRow.ts';

export const NOW = Date.parse('2026-03-02T08:00:00.000Z');
export const USER_ID = '0aa10000-0000-4000-8000-000000000001';

/** An operation that enables users, accepted from a caller with the role MfaState.Weaken. */
export function sampleOperation(properties: Partial<Operation> = {}): Operation {
  return {
    version: 1,
    id: '0bb20000-0000-4000-8000-000000000001',
    kind: 'stateChange',
    sequence: '000000000000100',
    rank: '000000000000100',
    targetState: 'enabled',
    reason: 'a test',
    actor: { kind: 'user', id: '0cc30000-0000-4000-8000-000000000001' },
    mayWeaken: true,
    acknowledge: [],
    notify: false,
    dryRun: false,
    group: null,
    references: 1,
    pageCount: 1,
    requestHash: 'hash',
    acceptedAt: new Date(NOW).toISOString(),
    cancelRequestedAt: null,
    canceledBy: null,
    ...properties,
  };
}

export function sampleRow(properties: Partial<UserRow> = {}): UserRow {
  return { ...unknownUser(USER_ID), etag: 'W/"1"', ...properties };
}

/** The safety facts of a tenant in which every write is allowed. */
export const NOTHING_PROTECTED: SafetyFacts = {
  policy: { kind: 'allowed', notes: [], overrides: [] },
  protectedUsers: { reasons: new Map(), unresolved: [] },
  privilegedUsers: new Map(),
};
