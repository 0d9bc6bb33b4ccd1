import { isMfaState, MFA_STATES, stateCode, stateName } from '../directory/mfaState.ts';
import { badRequest } from '../http/graphError.ts';
import { contextUrl } from '../odata/page.ts';
import { ok, type Route, type RouteContext, readCost, writeCost } from './route.ts';
import { userOf } from './userOf.ts';

const PATTERN = 'users/*/authentication/requirements';

/** `GET /beta/users/{id}/authentication/requirements` */
export const readRequirements: Route = {
  name: 'requirements.read',
  method: 'GET',
  pattern: PATTERN,
  versions: ['beta'],
  permissions: ['Policy.Read.All', 'Policy.ReadWrite.AuthenticationMethod'],
  cost: readCost(1),
  answer: (context) => {
    const { tenant } = context;
    const user = userOf(context);
    const location = context.location(`users('${tenant.directory.id(user)}')/authentication/requirements/$entity`);
    return ok({
      '@odata.context': contextUrl(location),
      perUserMfaState: stateName(tenant.perUserMfa.visibleState(user)),
    });
  },
};

/** `PATCH /beta/users/{id}/authentication/requirements` */
export const updateRequirements: Route = {
  name: 'requirements.update',
  method: 'PATCH',
  pattern: PATTERN,
  versions: ['beta'],
  permissions: ['Policy.ReadWrite.AuthenticationMethod'],
  cost: writeCost,
  answer: (context) => {
    const user = userOf(context);
    const state = stateCode(readState(context));
    const { appId, requestId, clientRequestId, batchItemId } = context.request;
    const origin = { appliedBy: 'client', appId, requestId, clientRequestId } as const;
    context.tenant.perUserMfa.change(user, state, batchItemId === undefined ? origin : { ...origin, batchItemId });
    return { status: 204, headers: {} };
  },
};

function readState({ request }: RouteContext): (typeof MFA_STATES)[number] {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('A JSON object with perUserMfaState is required in the request body.');
  }
  for (const name of Object.keys(body)) {
    if (name === 'perUserMfaState' || name.startsWith('@odata.')) continue;
    throw badRequest(
      `The property '${name}' does not exist on type 'microsoft.graph.strongAuthenticationRequirements'.`,
    );
  }
  const { perUserMfaState } = body as { perUserMfaState?: unknown };
  if (isMfaState(perUserMfaState)) return perUserMfaState;
  throw badRequest(
    "Invalid value specified for property 'perUserMfaState' of resource 'StrongAuthenticationRequirements'. " +
      `Values: ${MFA_STATES.join(', ')}.`,
  );
}
