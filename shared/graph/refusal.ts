import type { Refused } from './answer.ts';

/** Why Graph refused a request, as an outcome keeps it. */
export interface Refusal {
  /** A word for programs: one of this service, or Graph's code. */
  readonly code: string;
  /** What happened and what to do, with Graph's own words at the end. */
  readonly message: string;
  readonly requestId?: string;
}

/** A request about one user. */
export interface UserRequest {
  readonly verb: 'read' | 'change';
  /** The object of the verb, such as `this user`. */
  readonly what: string;
  /** The permission for it. */
  readonly permission: string;
  /** Whether Graph allowed the same for another user, so that the service has the permission. */
  readonly isAllowedForOthers: boolean;
}

/** Permissions in a message of Graph, such as `Policy.ReadWrite.AuthenticationMethod`. */
const PERMISSION = /\b[A-Z][A-Za-z]+\.(?:Read|ReadWrite|ReadBasic|Send)(?:\.[A-Z][A-Za-z]+)*\b/g;
/** Graph's code for an app that lacks a permission. Its message names the permission. */
const PERMISSION_MISSING = 'Authentication_MSGraphPermissionMissing';

/** Graph's own words, for the end of a message. */
export function graphSaid({ status, code, message }: Refused): string {
  return `Microsoft Graph answered ${status} ${code}${message === '' ? '' : `: ${message.replace(/[.\s]+$/, '')}`}.`;
}

/** Explains the refusal of a request about one user. */
export function explainUser(answer: Refused, request: UserRequest): Refusal {
  const { code, remedy } = reasonOf(answer, request);
  return { code, message: `${remedy} ${graphSaid(answer)}`, ...requestIdOf(answer) };
}

/**
 * Explains the refusal of a list, or of a fact about the tenant.
 * @param what the object of the sentence, such as `the group`
 */
export function explainRead(answer: Refused, what: string, permission: string): Refusal {
  const named = permissionsIn(answer);
  const remedy = answer.status === 403 ? ` Grant it the permission ${named || permission} and retry.` : '';
  return {
    code: answer.code,
    message: `The service could not read ${what}.${remedy} ${graphSaid(answer)}`,
    ...requestIdOf(answer),
  };
}

function requestIdOf({ requestId }: Refused): { requestId?: string } {
  return requestId === undefined ? {} : { requestId };
}

/** The permissions that Graph names as missing; empty when it names none. */
function permissionsIn({ code, message }: Refused): string {
  const names = [...new Set(message.match(PERMISSION) ?? [])];
  return code === PERMISSION_MISSING || /permission/i.test(message) ? names.join(' or ') : '';
}

function reasonOf(answer: Refused, request: UserRequest): { code: string; remedy: string } {
  const { verb, what, permission } = request;
  const refusal = `Microsoft Graph did not let the service ${verb} ${what}`;
  if (isUnknownUser(answer))
    return {
      code: 'userNotFound',
      remedy: 'The tenant has no user with this object id. If the user was created a few minutes ago, retry.',
    };
  if (answer.status !== 403) return { code: answer.code, remedy: `${refusal}.` };
  const missing = permissionsIn(answer) || (answer.code === PERMISSION_MISSING ? permission : '');
  if (missing !== '')
    return { code: 'permissionMissing', remedy: `The service lacks the permission ${missing}. Grant it and retry.` };
  return { code: 'accessDenied', remedy: deniedRemedy(refusal, request) };
}

/** Graph has the same code for an app without a permission and for an account that the app may not touch. */
function deniedRemedy(refusal: string, { verb, permission, isAllowedForOthers }: UserRequest): string {
  const administrator = `the account has an administrator role that the service may not ${verb}`;
  const byHand = verb === 'change' ? 'change this account' : 'look at this account';
  const instead = `${byHand} in the Entra admin center, or give the identity of the service a role that may do this`;
  return isAllowedForOthers
    ? `${refusal}, while it allowed this for other users: most likely ${administrator}. To solve this, ${instead}.`
    : `${refusal}. Either the service lacks the permission ${permission}: grant it and retry. Or ${administrator}: ${instead}.`;
}

/** A 404 about a part of the path says nothing about the user: the API itself is missing. */
function isUnknownUser({ status, message }: Refused): boolean {
  return status === 404 && !/\bsegment\b/i.test(message);
}
