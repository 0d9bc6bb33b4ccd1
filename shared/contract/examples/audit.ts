import type { AuditEntryView } from '../../http/auditEntryView.ts';
import { admin } from './operations.ts';
import { ids, names, reason } from './people.ts';

const changed: AuditEntryView = {
  event: 'stateChanged',
  eventDateTime: '2026-03-02T09:14:29.412Z',
  userId: ids.alice,
  reference: names.alice,
  operationId: ids.operation,
  operationCreatedDateTime: '2026-03-02T09:14:27.004Z',
  actor: admin,
  reason,
  from: 'disabled',
  to: 'enabled',
  requestId: ids.graphRequest,
};

const refused: AuditEntryView = {
  event: 'stateChangeRefused',
  eventDateTime: '2026-03-02T09:14:28.907Z',
  userId: ids.bob,
  reference: names.bob,
  operationId: ids.operation,
  operationCreatedDateTime: '2026-03-02T09:14:27.004Z',
  actor: admin,
  reason,
  from: 'enforced',
  to: 'enabled',
  code: 'weaken',
  message:
    'The user is enforced already, which is stronger. To lower the state, send the request with "acknowledge": ["weaken"].',
};

const found: AuditEntryView = {
  event: 'registrationCompleted',
  eventDateTime: '2026-03-01T01:12:05.000Z',
  userId: ids.alice,
  reference: names.alice,
  operationId: null,
  operationCreatedDateTime: null,
  actor: { kind: 'service', id: 'per-user-mfa', name: 'registration sweep' },
  reason: 'Found by the registration sweep.',
  to: 'enabled',
  methodCreatedDateTime: '2026-03-01T01:12:05.000Z',
  message: 'The user has registered a method for multifactor authentication while enabled.',
};

const outside: AuditEntryView = {
  event: 'changedOutside',
  eventDateTime: '2026-03-01T01:50:33.000Z',
  userId: ids.bob,
  reference: names.bob,
  operationId: null,
  operationCreatedDateTime: null,
  actor: { kind: 'service', id: 'per-user-mfa', name: 'registration sweep' },
  reason: 'Found by the registration sweep.',
  from: 'disabled',
  to: 'enforced',
  initiatedBy: { kind: 'user', id: ids.bob, name: 'carla@contoso.com' },
  directoryAuditId: 'Directory_9b2f61c4-7d0e-4a55-8f3b-1c6d2e9a7b10_QK3ZT_1042',
  message: 'The state was changed, and this service did not change it.',
};

const decision: AuditEntryView = {
  event: 'requestRefused',
  eventDateTime: '2026-03-01T01:41:07.530Z',
  userId: null,
  reference: '',
  operationId: ids.operation,
  operationCreatedDateTime: null,
  actor: admin,
  reason: 'Clean-up',
  to: 'disabled',
  code: 'MissingRole',
  message:
    'This request needs the app role MfaState.Weaken. Ask an administrator to assign it to the caller in Entra ID.',
  action: 'change',
  users: 600,
};

/** Entries of an audit record, newest first. */
export const auditEntries: readonly [AuditEntryView, ...AuditEntryView[]] = [
  changed,
  refused,
  outside,
  decision,
  found,
];
