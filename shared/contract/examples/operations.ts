import type { Actor } from '../../domain/operation.ts';
import { emptyCounts } from '../../domain/outcome.ts';
import type { OperationItemView } from '../../http/itemView.ts';
import type { OperationView } from '../../http/operationView.ts';
import { ids, names, reason } from './people.ts';

export const admin: Actor = { kind: 'user', id: ids.admin, application: ids.application, name: names.admin };

const accepted: OperationView = {
  id: ids.operation,
  kind: 'stateChange',
  status: 'NotStarted',
  targetState: 'enabled',
  reason,
  dryRun: false,
  notify: true,
  acknowledge: [],
  actor: admin,
  references: 2,
  counts: { ...emptyCounts(), pending: 2 },
  createdDateTime: '2026-03-02T09:14:27.004Z',
  cancelRequestedDateTime: null,
  finishedDateTime: null,
};

const running: OperationView = {
  ...accepted,
  status: 'Running',
  counts: { ...emptyCounts(), pending: 1, refused: 1 },
};

const over: OperationView = {
  ...accepted,
  status: 'PartiallySucceeded',
  counts: { ...emptyCounts(), applied: 1, refused: 1 },
  finishedDateTime: '2026-03-02T09:14:29.412Z',
};

const canceled: OperationView = { ...running, cancelRequestedDateTime: '2026-03-02T09:14:29.030Z' };

const retry: OperationView = {
  ...accepted,
  id: ids.retry,
  kind: 'retry',
  retryOf: ids.operation,
  acknowledge: ['weaken'],
  references: 1,
  counts: { ...emptyCounts(), pending: 1 },
  createdDateTime: '2026-03-02T10:02:51.630Z',
};

const undo: OperationView = {
  ...accepted,
  id: ids.undo,
  kind: 'undo',
  undoOf: ids.operation,
  targetState: 'disabled',
  reason: 'Wrong list',
  acknowledge: ['weaken'],
  references: 1,
  counts: { ...emptyCounts(), pending: 1 },
  createdDateTime: '2026-03-02T10:05:12.207Z',
};

/** It disables 80 users, more than may be lowered without approval. */
const waiting: OperationView = {
  ...accepted,
  status: 'AwaitingApproval',
  targetState: 'disabled',
  reason: 'Move to Conditional Access',
  notify: false,
  acknowledge: ['dailyLimit'],
  references: 80,
  counts: { ...emptyCounts(), pending: 80 },
  assessment: { lowered: 80, privileged: 0, leftToday: 47, needs: ['manyUsers', 'dailyLimit'] },
  approval: {
    requestedDateTime: '2026-03-02T09:14:28.310Z',
    expiresDateTime: '2026-03-03T09:14:28.310Z',
    needs: ['manyUsers', 'dailyLimit'],
    lowered: 80,
    privileged: 0,
    decision: null,
    decidedDateTime: null,
    reason: null,
  },
};

/** The second person. */
const approver: Actor = { kind: 'user', id: ids.approver, application: ids.application, name: names.approver };

const decided = (decision: 'approved' | 'rejected', why: string): OperationView => ({
  ...waiting,
  status: 'Running',
  approval: {
    requestedDateTime: '2026-03-02T09:14:28.310Z',
    expiresDateTime: '2026-03-03T09:14:28.310Z',
    needs: ['manyUsers', 'dailyLimit'],
    lowered: 80,
    privileged: 0,
    decision,
    decidedBy: approver,
    decidedDateTime: '2026-03-02T09:31:02.118Z',
    reason: why,
  },
});

/** An operation over time. */
export const operations = {
  accepted,
  running,
  over,
  canceled,
  retry,
  undo,
  waiting,
  approved: decided('approved', 'Confirmed with the service desk by phone'),
  rejected: decided('rejected', 'The requester does not know of the request'),
} as const;

const applied: OperationItemView = {
  reference: names.alice,
  userId: ids.alice,
  outcome: 'applied',
  detail: {
    decidedDateTime: '2026-03-02T09:14:29.412Z',
    from: 'disabled',
    to: 'enabled',
    requestId: ids.graphRequest,
  },
  notes: [],
};

const refused: OperationItemView = {
  reference: names.bob,
  userId: ids.bob,
  outcome: 'refused',
  detail: {
    decidedDateTime: '2026-03-02T09:14:28.907Z',
    from: 'enforced',
    to: 'enabled',
    code: 'weaken',
    message:
      'The user is enforced already, which is stronger. To lower the state, send the request with "acknowledge": ["weaken"].',
  },
  notes: [],
};

/** The results for the users of that operation. */
export const items = { applied, refused } as const;
