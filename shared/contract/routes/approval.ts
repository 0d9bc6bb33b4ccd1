import type { ErrorCode } from '../errorCodes.ts';
import type { GuardedRoute } from '../route.ts';
import { ACCEPTED, BODY_ERRORS } from './operations.ts';

const APPROVAL_ERRORS = [
  'OperationNotFound',
  'ApproverNotPerson',
  'ApproverIsRequester',
  'NotAwaitingApproval',
  'ApprovalDecided',
  'ApprovalExpired',
  ...BODY_ERRORS,
] as const satisfies readonly ErrorCode[];

export const approveOperationRoute = {
  name: 'approveOperation',
  action: 'approve',
  method: 'POST',
  path: 'operations/{operationId}/approve',
  tag: 'Operations',
  summary: 'Approve an operation',
  description:
    'Lets an operation that waits for approval lower the states of its users. Only a person other than the requester can approve it. Needs MfaState.Approve, and MfaState.Read, because the answer tells whether states would be lowered.',
  roles: ['MfaState.Approve'],
  body: { content: 'ApprovalRequest', required: true },
  answers: { 202: { ...ACCEPTED, example: 'approved' } },
  errors: APPROVAL_ERRORS,
} as const satisfies GuardedRoute;

export const rejectOperationRoute = {
  name: 'rejectOperation',
  action: 'reject',
  method: 'POST',
  path: 'operations/{operationId}/reject',
  tag: 'Operations',
  summary: 'Reject an operation',
  description:
    'Ends the wait of an operation: no state is lowered. Its other users are changed. Only a person other than the requester can reject it. Needs MfaState.Approve and MfaState.Read.',
  roles: ['MfaState.Approve'],
  body: { content: 'ApprovalRequest', required: true },
  answers: { 202: { ...ACCEPTED, example: 'rejected' } },
  errors: APPROVAL_ERRORS,
} as const satisfies GuardedRoute;
