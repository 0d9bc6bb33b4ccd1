import type { ErrorDetail } from '../errors.ts';
import { invalid } from '../faults.ts';
import { clientNotAllowed, missingRole } from '../http/caller.ts';
import { unknownParameter } from '../http/query.ts';
import { LIST_EXPIRED } from '../http/userSnapshot.ts';
import { BROKE_OFF } from '../stateChange/accept.ts';
import { APPROVAL_MESSAGES } from '../stateChange/decideApproval.ts';
import { readStateChangeRequest } from '../stateChange/request.ts';
import { tooManyOperations } from '../stateChange/tooManyOperations.ts';
import type { FactValue, TenantPolicy } from '../tenant/policy.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import { USER_COLUMN_NAMES } from '../userFile/userColumns.ts';
import { type ErrorCode, errorCodes } from './errorCodes.ts';
import { placedParameters } from './placedParameters.ts';
import type { Route } from './route.ts';

/** What an error tells. */
interface Told extends ErrorDetail {
  readonly details?: readonly ErrorDetail[];
}

interface KnownError {
  /** When it happens. */
  readonly summary: string;
  /** The fields beside the code; those of some depends on the route. */
  readonly tells: Omit<Told, 'code'> | ((route: Route) => Omit<Told, 'code'>);
}

/** What every error of the API tells. */
const errors: Readonly<Record<ErrorCode, KnownError>> = {
  InvalidRequest: {
    summary: 'A property or a parameter is missing, unknown or wrong; details has each fault.',
    tells: invalidRequest,
  },
  InvalidJson: {
    summary: 'The body is not JSON, or is more than a request may hold.',
    tells: { message: 'The body is not valid JSON.', target: 'body' },
  },
  InvalidEncoding: {
    summary: 'The body is not UTF-8.',
    tells: { message: 'The body must be UTF-8 text.', target: 'body' },
  },
  InvalidCsv: {
    summary: 'The file is not CSV, or has no column with users.',
    tells: {
      message: `The CSV file needs a header line with a column ${USER_COLUMN_NAMES} that holds object ids or user principal names.`,
      target: 'body',
    },
  },
  UnsupportedContentType: {
    summary: 'The header Content-Type is missing, or names another media type.',
    tells: ({ body }) => ({
      message:
        typeof body?.content === 'string'
          ? 'Send JSON, with the header Content-Type: application/json. CSV goes to state-changes/csv.'
          : `Send a CSV file with a column ${USER_COLUMN_NAMES}, with the header Content-Type: text/csv. JSON goes to state-changes.`,
      target: 'Content-Type',
    }),
  },
  Unauthorized: {
    summary: 'There is no access token, or it was not accepted.',
    tells: { message: 'Send an access token of Microsoft Entra ID: "Authorization: Bearer …".' },
  },
  MissingRole: {
    summary: 'The caller lacks the app role.',
    tells: ({ roles }) => ({ message: missingRole(roles ?? []).message }),
  },
  ApproverNotPerson: {
    summary: 'The caller is an application by itself, not a user.',
    tells: { message: APPROVAL_MESSAGES.notPerson },
  },
  ApproverIsRequester: {
    summary: 'The caller requested the operation, or one that it retries.',
    tells: { message: APPROVAL_MESSAGES.isRequester },
  },
  ClientNotAllowed: {
    summary: 'The application of the caller is not one that the setting API_CLIENTS names.',
    tells: { message: clientNotAllowed('0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d').message },
  },
  OperationNotFound: {
    summary: 'No operation has this id, or it was removed after OPERATION_RETENTION_DAYS.',
    tells: { message: 'There is no operation with this id.' },
  },
  UserNotFound: {
    summary: 'The tenant has no such user.',
    tells: { message: 'The tenant has no such user.', target: 'userId' },
  },
  OperationIdConflict: {
    summary: 'The Operation-Id belongs to another request.',
    tells: {
      message: 'This Operation-Id belongs to another request. Use a new UUID for a new request.',
      target: 'Operation-Id',
    },
  },
  ListExpired: {
    summary: 'The list that the page belongs to is no longer stored.',
    tells: { message: LIST_EXPIRED, target: 'page' },
  },
  OperationBrokeOff: {
    summary: 'The operation with this Operation-Id broke off before all of its users were stored.',
    tells: { message: BROKE_OFF, target: 'Operation-Id' },
  },
  OperationNotFinished: {
    summary: 'The operation is still running.',
    tells: { message: 'The operation is still running. Wait until it has finished.' },
  },
  NothingToRetry: {
    summary: 'No user of the operation was refused or failed.',
    tells: { message: 'No user of the operation was refused or failed who could be tried again.' },
  },
  NotAwaitingApproval: {
    summary: 'The operation does not wait for approval.',
    tells: { message: APPROVAL_MESSAGES.notWaiting },
  },
  ApprovalDecided: {
    summary: 'Another decision about the operation was taken before.',
    tells: { message: APPROVAL_MESSAGES.decided('rejected') },
  },
  ApprovalExpired: {
    summary: 'The time for an approval ended.',
    tells: { message: APPROVAL_MESSAGES.expired('2026-03-03T09:14:27.004Z') },
  },
  NothingToUndo: {
    summary: 'The operation changed no user.',
    tells: { message: 'The operation changed no user, so there is nothing to undo.' },
  },
  conditionalAccess: {
    summary: 'The tenant uses Conditional Access.',
    tells: () => refusedBy('conditionalAccess', 'yes'),
  },
  conditionalAccessUnknown: {
    summary: 'Whether the tenant uses Conditional Access could not be looked up.',
    tells: () => refusedBy('conditionalAccess', 'forbidden'),
  },
  securityDefaults: {
    summary: 'The tenant has security defaults on.',
    tells: () => refusedBy('securityDefaults', 'yes'),
  },
  securityDefaultsUnknown: {
    summary: 'Whether the tenant has security defaults on could not be looked up.',
    tells: () => refusedBy('securityDefaults', 'forbidden'),
  },
  LengthRequired: {
    summary: 'The body did not arrive, because it was sent without Content-Length.',
    tells: {
      message:
        'The body did not arrive, because it was sent in chunks (Transfer-Encoding: chunked). Send it with a Content-Length: give the client the whole body as text or bytes instead of a stream; in .NET, await LoadIntoBufferAsync() of the content first.',
      target: 'Content-Length',
    },
  },
  RequestTooLarge: {
    summary: 'The body is too large.',
    tells: { message: 'The body must have at most 16777216 bytes. Split the list into several requests.' },
  },
  TooManyOperations: {
    summary: 'The caller has too many unfinished operations.',
    tells: () => ({ message: tooManyOperations(100).message }),
  },
  InternalError: {
    summary: 'Something unexpected happened.',
    tells: {
      message:
        'An unexpected error occurred. The log of the service has the details under 4e0f6c2a-8b1d-4c3e-9f5a-7d6b8c9e0f1a.',
    },
  },
  GraphRefused: {
    summary: 'Microsoft Graph refused, because the service lacks a permission.',
    tells: { message: 'The service lacks the permission User.Read.All on Microsoft Graph.' },
  },
  ServiceUnavailable: {
    summary: 'Something that the service needs is out of reach.',
    tells: { message: 'Table Storage does not answer now. Send the same request again.' },
  },
};

/** An error as a route answers it. */
export interface ErrorExample {
  readonly code: ErrorCode;
  readonly status: number;
  readonly summary: string;
  readonly value: { readonly error: Told };
}

/** The errors of a route, by status: those that it names, and those that every route has. */
export function errorsOf(route: Route): ErrorExample[] {
  const usual: readonly ErrorCode[] =
    route.roles === null
      ? ['InternalError']
      : ['InvalidRequest', 'Unauthorized', 'MissingRole', 'ClientNotAllowed', 'InternalError', 'ServiceUnavailable'];
  return [...new Set([...usual, ...(route.errors ?? [])])]
    .map((code): ErrorExample => {
      const { summary, tells } = errors[code];
      const told = typeof tells === 'function' ? tells(route) : tells;
      return { code, status: errorCodes[code], summary, value: { error: { code, ...told } } };
    })
    .sort((a, b) => a.status - b.status);
}

/** A request without a reason, or with a parameter that the route does not take. */
function invalidRequest(route: Route): Omit<Told, 'code'> {
  if (route.body?.content === 'StateChangeRequest')
    return toldBy(() => readStateChangeRequest({ state: 'enabled', users: ['alice@contoso.com'] }));
  const names = placedParameters(route).flatMap(({ name, in: place }) => (place === 'query' ? [name] : []));
  return toldBy(() => {
    throw invalid([unknownParameter('force', names)]);
  });
}

function toldBy(work: () => unknown): Omit<Told, 'code'> {
  try {
    work();
  } catch (thrown) {
    const { message, target, details } = thrown as ReturnType<typeof invalid>;
    return { message, target, details };
  }
  throw new Error('An example of an error was accepted.');
}

function refusedBy(fact: 'conditionalAccess' | 'securityDefaults', value: FactValue): Omit<Told, 'code'> {
  const off = { value: 'no', at: 0 } as const;
  const policy: TenantPolicy = { conditionalAccess: off, securityDefaults: off, [fact]: { value, at: 0 } };
  const verdict = judgePolicy('enabled', [], policy);
  if (verdict.kind !== 'refused') throw new Error('An example of an error was accepted.');
  return { message: verdict.message };
}
