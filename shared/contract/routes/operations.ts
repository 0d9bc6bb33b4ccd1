import { z } from 'zod';
import { outcomeKinds } from '../../domain/outcome.ts';
import type { ErrorCode } from '../errorCodes.ts';
import { csvOptions, formerCsvOptions, page } from '../parameters.ts';
import type { GoodAnswer, GuardedRoute } from '../route.ts';

/** A body that did not arrive, or is too large. */
const SIZE_ERRORS = ['LengthRequired', 'RequestTooLarge'] as const satisfies readonly ErrorCode[];
/** What is wrong with a body of JSON. */
export const BODY_ERRORS = ['InvalidJson', 'InvalidEncoding', ...SIZE_ERRORS] as const satisfies readonly ErrorCode[];
/** Why a change is refused as a whole. */
const CHANGE_ERRORS = [
  'OperationIdConflict',
  'OperationBrokeOff',
  'conditionalAccess',
  'conditionalAccessUnknown',
  'securityDefaults',
  'securityDefaultsUnknown',
  'TooManyOperations',
] as const satisfies readonly ErrorCode[];

export const ACCEPTED: GoodAnswer = {
  description: 'Accepted. Where to look is in the headers.',
  body: 'Operation',
  example: 'accepted',
  headers: ['Operation-Location', 'Location', 'Operation-Id', 'Retry-After'],
};

export const requestStateChangeRoute = {
  name: 'requestStateChange',
  method: 'POST',
  path: 'state-changes',
  tag: 'Operations',
  summary: 'Change the per-user MFA state of users',
  description:
    'Accepts a state change of 1 to 100,000 users, or of the members of a group, and answers before it is carried out. `disabled` needs the role MfaState.Weaken, the other states MfaState.Strengthen. A dry run also needs MfaState.Read. A caller without MfaState.Read gets the operation as it was accepted, without progress.',
  roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
  action: 'change',
  takesOperationId: true,
  query: formerCsvOptions,
  body: { content: 'StateChangeRequest', required: true },
  answers: { 202: ACCEPTED },
  errors: [...BODY_ERRORS, 'UnsupportedContentType', ...CHANGE_ERRORS],
} as const satisfies GuardedRoute;

export const requestStateChangeFromCsvRoute = {
  name: 'requestStateChangeFromCsv',
  method: 'POST',
  path: 'state-changes/csv',
  tag: 'Operations',
  summary: 'Change the per-user MFA state of the users in a CSV file',
  description:
    'Accepts a state change of the users in a CSV file, up to 100,000, in a column user, userPrincipalName or id. The reason and the options are in the query, and the state is there or in a column MFA status or state. Other columns are ignored, and a line that names no user fails for itself.',
  roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
  action: 'change',
  takesOperationId: true,
  query: csvOptions,
  body: { content: { type: 'text/csv', example: 'usersCsv' }, required: true },
  answers: { 202: ACCEPTED },
  errors: ['InvalidCsv', ...SIZE_ERRORS, 'UnsupportedContentType', ...CHANGE_ERRORS],
} as const satisfies GuardedRoute;

export const listOperationsRoute = {
  name: 'listOperations',
  method: 'GET',
  path: 'operations',
  tag: 'Operations',
  summary: 'List operations',
  description: 'All operations, newest first, in pages.',
  roles: ['MfaState.Read'],
  query: () => ({ page: page() }),
  answers: { 200: { description: 'A page of operations.', body: 'OperationList' } },
} as const satisfies GuardedRoute;

export const getOperationRoute = {
  name: 'getOperation',
  method: 'GET',
  path: 'operations/{operationId}',
  tag: 'Operations',
  summary: 'Get an operation',
  description: 'Where the operation stands; always answered with 200.',
  roles: ['MfaState.Read'],
  answers: { 200: { description: 'The operation.', body: 'Operation', headers: ['Retry-After'] } },
  errors: ['OperationNotFound'],
} as const satisfies GuardedRoute;

export const getOperationResultRoute = {
  name: 'getOperationResult',
  method: 'GET',
  path: 'operations/{operationId}/result',
  tag: 'Operations',
  summary: 'Wait for the result of an operation',
  description: '202 until the operation has finished, then 200: Logic Apps and Power Automate poll it by themselves.',
  roles: ['MfaState.Read'],
  answers: {
    200: { description: 'The finished operation.', body: 'Operation', example: 'over' },
    202: { ...ACCEPTED, description: 'It has not finished yet.', example: 'running' },
  },
  errors: ['OperationNotFound'],
} as const satisfies GuardedRoute;

export const listOperationItemsRoute = {
  name: 'listOperationItems',
  method: 'GET',
  path: 'operations/{operationId}/items',
  tag: 'Operations',
  summary: 'List the result for each user',
  description: 'The users of an operation in the order of the request, with their outcomes and the reasons, in pages.',
  roles: ['MfaState.Read'],
  query: () => ({
    status: {
      summary: 'Outcome',
      description: 'Only users with this outcome.',
      schema: z.enum(outcomeKinds),
      example: 'refused',
    },
    page: page(),
  }),
  answers: { 200: { description: 'A page of users.', body: 'OperationItemList' } },
  errors: ['OperationNotFound'],
} as const satisfies GuardedRoute;

export const cancelOperationRoute = {
  name: 'cancelOperation',
  method: 'POST',
  path: 'operations/{operationId}/cancel',
  tag: 'Operations',
  summary: 'Cancel an operation',
  description:
    'Users whose turn has not come keep their state. The caller of the operation may cancel it. Others need MfaState.Strengthen or MfaState.Weaken for an operation that only disables users, and MfaState.Weaken for any other, because canceling it leaves users with less protection.',
  roles: ['MfaState.Strengthen', 'MfaState.Weaken', 'MfaState.Read'],
  action: 'cancel',
  answers: { 202: { ...ACCEPTED, example: 'canceled' } },
  errors: ['OperationNotFound'],
} as const satisfies GuardedRoute;

export const retryOperationRoute = {
  name: 'retryOperation',
  method: 'POST',
  path: 'operations/{operationId}/retry',
  tag: 'Operations',
  summary: 'Retry the refused and failed users of an operation',
  description:
    'Makes a new operation of the refused and failed users. It has the rank of the old one: it never undoes what was asked for since. Safety checks are overridden by what the retry acknowledges, not by the old request. Needs the role that the state change itself needs, and MfaState.Read.',
  roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
  action: 'retry',
  takesOperationId: true,
  body: { content: 'RetryRequest', required: false },
  answers: { 202: { ...ACCEPTED, example: 'retry' } },
  errors: ['OperationNotFound', 'OperationNotFinished', 'NothingToRetry', ...BODY_ERRORS, ...CHANGE_ERRORS],
} as const satisfies GuardedRoute;

export const undoOperationRoute = {
  name: 'undoOperation',
  method: 'POST',
  path: 'operations/{operationId}/undo',
  tag: 'Operations',
  summary: 'Undo an operation',
  description:
    'Makes a new operation that brings each user of a finished operation who was changed back to the state from before. Users who were changed since then are left alone. Needs MfaState.Read, and MfaState.Weaken where states are lowered, MfaState.Strengthen where they are raised.',
  roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
  action: 'undo',
  takesOperationId: true,
  body: { content: 'UndoRequest', required: true },
  answers: { 202: { ...ACCEPTED, example: 'undo' } },
  errors: ['OperationNotFound', 'OperationNotFinished', 'NothingToUndo', ...BODY_ERRORS, ...CHANGE_ERRORS],
} as const satisfies GuardedRoute;
