import { z } from 'zod';
import { auditEvents } from '../audit/entry.ts';
import { exportFormats } from '../http/auditExport.ts';
import type { Role } from '../http/caller.ts';
import { registeredWords } from '../http/userList.ts';
import { outcomeKinds } from '../stateChange/outcome.ts';
import { csvOptionsSchema } from '../stateChange/request.ts';
import { listedStates } from '../users/userIndex.ts';
import type { SchemaName } from './schemas.ts';

/** A parameter of the query or the path, or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  /** A few words, for the surface of workflow designers. */
  readonly summary: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What an endpoint answers when it goes well. */
export interface GoodAnswer {
  readonly description: string;
  /** JSON of this schema, or other media types. */
  readonly body: SchemaName | readonly string[];
  readonly headers?: readonly HeaderName[];
}

/** One endpoint as the contract tells it. */
export interface Route {
  /** The name of the function. */
  readonly id: string;
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** App roles of which a caller needs one; null when anybody may call. */
  readonly roles: readonly Role[] | null;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly schema: SchemaName; readonly required: boolean; readonly csv?: boolean };
  readonly answers: Readonly<Partial<Record<200 | 202, GoodAnswer>>>;
  /** Statuses of errors, beside those that every endpoint with roles has. */
  readonly errors?: readonly (404 | 409 | 413 | 502 | 503)[];
}

/** Headers of answers, and what they tell. */
export const answerHeaders = {
  'Operation-Location': 'Where the operation stands, always with status 200.',
  Location: 'The result of the operation: 202 until it is over, then 200.',
  'Operation-Id': 'The id of the operation.',
  'Retry-After': 'Seconds to wait before asking again.',
  Link: 'Where the file goes on, as `<address>; rel="next"`; missing on its last part.',
} as const;
export type HeaderName = keyof typeof answerHeaders;

const ACCEPTED: GoodAnswer = {
  description: 'Accepted. Where to look is in the headers.',
  body: 'Operation',
  headers: ['Operation-Location', 'Location', 'Operation-Id', 'Retry-After'],
};

const uuid = z.guid();
const operationId: Parameter = {
  name: 'operationId',
  in: 'path',
  required: true,
  summary: 'Operation',
  description: 'The id of the operation.',
  schema: uuid,
};
const chosenId: Parameter = {
  name: 'Operation-Id',
  in: 'header',
  summary: 'Operation-Id',
  description:
    'A UUID of your choice. The same request sent again with it is the same operation: nothing is done twice. The same id with another request is refused.',
  schema: uuid,
};

/** A parameter that continues a list. */
function continuation(name: string): Parameter {
  return {
    name,
    in: 'query',
    summary: 'Continue at',
    description: 'Where a list goes on: taken from the nextLink of the page before.',
    schema: z.string(),
  };
}

const csvOptions: Parameter[] = Object.entries({
  state: 'The state to set.',
  reason: 'Why.',
  notify: 'Tell users who are enabled by mail.',
  dryRun: 'Change nobody.',
  acknowledge: 'Guards to override, separated by commas.',
}).map(([name, description]) => ({
  name,
  in: 'query',
  summary: name,
  description: `With text/csv only: ${description}`,
  schema: csvOptionsSchema.shape[name as keyof typeof csvOptionsSchema.shape],
}));

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const auditParameters: Parameter[] = [
  {
    name: 'user',
    in: 'query',
    summary: 'User',
    description: 'Only entries about this user: object id, user principal name, or a name that no user has.',
    schema: z.string(),
  },
  {
    name: 'operation',
    in: 'query',
    summary: 'Operation',
    description: 'Only entries of this operation.',
    schema: uuid,
  },
  {
    name: 'event',
    in: 'query',
    summary: 'Event',
    description: 'Only entries of this kind.',
    schema: z.enum(auditEvents),
  },
  {
    name: 'actor',
    in: 'query',
    summary: 'Who did it',
    description: 'Only entries of this object id, application or name.',
    schema: z.string(),
  },
  {
    name: 'from',
    in: 'query',
    summary: 'From',
    description:
      'Only entries since this date or time; without it, those of 30 days, or of the operation that is asked for.',
    schema: time,
  },
  {
    name: 'to',
    in: 'query',
    summary: 'To',
    description: 'Only entries up to this date or time.',
    schema: time,
  },
];

/** Every endpoint of the API. */
export const routes: readonly Route[] = [
  {
    id: 'requestStateChange',
    method: 'post',
    path: '/state-changes',
    summary: 'Change the per-user MFA state of users',
    description:
      'Accepts the change of 1 to 100,000 users, or of the members of a group, and answers before it is carried out. `disabled` needs the role MfaState.Weaken, the other states MfaState.Strengthen. As text/csv the body is a file with a column "user", and the rest is in the query.',
    roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
    parameters: [chosenId, ...csvOptions],
    body: { schema: 'StateChangeRequest', required: true, csv: true },
    answers: { 202: ACCEPTED },
    errors: [409, 413, 503],
  },
  {
    id: 'listOperations',
    method: 'get',
    path: '/operations',
    summary: 'List operations',
    description: 'All operations, newest first, in pages.',
    roles: ['MfaState.Read'],
    parameters: [continuation('after')],
    answers: { 200: { description: 'A page of operations.', body: 'OperationList' } },
  },
  {
    id: 'getOperation',
    method: 'get',
    path: '/operations/{operationId}',
    summary: 'Get an operation',
    description: 'Where the operation stands.',
    roles: ['MfaState.Read'],
    parameters: [operationId],
    answers: { 200: { description: 'The operation.', body: 'Operation', headers: ['Retry-After'] } },
    errors: [404],
  },
  {
    id: 'getOperationResult',
    method: 'get',
    path: '/operations/{operationId}/result',
    summary: 'Wait for the result of an operation',
    description: '202 until the operation is over, then 200: what workflows poll by themselves.',
    roles: ['MfaState.Read'],
    parameters: [operationId],
    answers: {
      200: { description: 'The operation, which is over.', body: 'Operation' },
      202: { ...ACCEPTED, description: 'It is not over yet.' },
    },
    errors: [404],
  },
  {
    id: 'listOperationItems',
    method: 'get',
    path: '/operations/{operationId}/items',
    summary: 'List what became of each user',
    description: 'The users of an operation in the order of the request, with their outcomes, in pages.',
    roles: ['MfaState.Read'],
    parameters: [
      operationId,
      {
        name: 'status',
        in: 'query',
        summary: 'Outcome',
        description: 'Only users with this outcome.',
        schema: z.enum(outcomeKinds),
      },
      continuation('page'),
    ],
    answers: { 200: { description: 'A page of users.', body: 'OperationItemList' } },
    errors: [404],
  },
  {
    id: 'cancelOperation',
    method: 'post',
    path: '/operations/{operationId}/cancel',
    summary: 'Cancel an operation',
    description: 'Users whose turn has not come keep their state. Needs the role that the change itself needs.',
    roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
    parameters: [operationId],
    answers: { 202: ACCEPTED },
    errors: [404],
  },
  {
    id: 'retryOperation',
    method: 'post',
    path: '/operations/{operationId}/retry',
    summary: 'Retry the refused and failed users of an operation',
    description:
      'Makes a new operation in the place of the old one: it never undoes what was asked for since. Needs the role that the change itself needs.',
    roles: ['MfaState.Strengthen', 'MfaState.Weaken'],
    parameters: [operationId, chosenId],
    body: { schema: 'RetryRequest', required: false },
    answers: { 202: ACCEPTED },
    errors: [404, 409, 413, 503],
  },
  {
    id: 'getUserMfaState',
    method: 'get',
    path: '/users/{userId}/mfa-state',
    summary: "Get a user's per-user MFA state",
    description: 'The state as Microsoft Graph shows it now.',
    roles: ['MfaState.Read'],
    parameters: [
      {
        name: 'userId',
        in: 'path',
        required: true,
        summary: 'User',
        description: 'Object id or user principal name.',
        schema: z.string(),
      },
    ],
    answers: { 200: { description: 'The state.', body: 'UserState' } },
    errors: [404, 502, 503],
  },
  {
    id: 'listUsers',
    method: 'get',
    path: '/users',
    summary: 'List users by state and registration',
    description:
      'The users of the tenant as the registration audit saw them last, by state, registration and name, in pages.',
    roles: ['MfaState.Read'],
    parameters: [
      {
        name: 'state',
        in: 'query',
        summary: 'State',
        description: 'Only users in this state.',
        schema: z.enum(listedStates),
      },
      {
        name: 'registered',
        in: 'query',
        summary: 'Registered',
        description: 'Only users who have, or have not, a method for multifactor authentication.',
        schema: z.enum(registeredWords),
      },
      {
        name: 'q',
        in: 'query',
        summary: 'Name begins with',
        description: 'Only users whose user principal name begins so, whatever the case.',
        schema: z.string().max(320),
      },
      continuation('page'),
    ],
    answers: { 200: { description: 'A page of users.', body: 'UserList' } },
  },
  {
    id: 'getUserSummary',
    method: 'get',
    path: '/users/summary',
    summary: 'Count users by state and registration',
    description: 'How many users are in which state, and registered or not, as of the last completed audit.',
    roles: ['MfaState.Read'],
    answers: { 200: { description: 'The numbers.', body: 'UserSummary' } },
  },
  {
    id: 'listSweeps',
    method: 'get',
    path: '/sweeps',
    summary: 'List registration audits',
    description: 'The sweeps of the registration audit and what they found, newest first, in pages.',
    roles: ['MfaState.Read'],
    parameters: [continuation('page')],
    answers: { 200: { description: 'A page of sweeps.', body: 'SweepList' } },
  },
  {
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    summary: 'List audit entries',
    description:
      'What happened, newest first, in pages. A page may be empty and have a nextLink: a filter can leave out a lot.',
    roles: ['MfaAudit.Read'],
    parameters: [...auditParameters, continuation('page')],
    answers: { 200: { description: 'A page of entries.', body: 'AuditEntryList' } },
    errors: [502],
  },
  {
    id: 'exportAudit',
    method: 'get',
    path: '/audit/export',
    summary: 'Export audit entries',
    description:
      'What happened, as a file. A large file comes in parts: the header Link says where the next is. The parts, one after another, are the file.',
    roles: ['MfaAudit.Read'],
    parameters: [
      {
        name: 'format',
        in: 'query',
        summary: 'Format',
        description: 'CSV, unless this says otherwise.',
        schema: z.enum(exportFormats),
      },
      ...auditParameters,
      continuation('page'),
    ],
    answers: {
      200: { description: 'The file, or a part of it.', body: ['text/csv', 'application/x-ndjson'], headers: ['Link'] },
    },
    errors: [502],
  },
  {
    id: 'getTenantPolicy',
    method: 'get',
    path: '/tenant/policy',
    summary: 'Get what guards go by',
    description:
      "The tenant's policies as far as they are known, protected accounts, and how many users may be weakened today.",
    roles: ['MfaState.Read'],
    answers: { 200: { description: 'What is known of the tenant.', body: 'TenantPolicy' } },
  },
  {
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    summary: 'Get this document',
    description: 'The contract of the API, OpenAPI 3.1.',
    roles: null,
    answers: { 200: { description: 'The document.', body: ['application/json'] } },
  },
  {
    id: 'getHealth',
    method: 'get',
    path: '/health',
    summary: 'See whether the service answers',
    description: 'Needs no token.',
    roles: null,
    answers: { 200: { description: 'It answers.', body: 'Health' } },
  },
];
