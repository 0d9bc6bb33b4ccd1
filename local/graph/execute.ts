import { count } from './counters.ts';
import { type Answer, errorAnswer, throttledAnswer } from './http/answer.ts';
import { GraphError } from './http/graphError.ts';
import { readTarget } from './http/target.ts';
import type { GraphRequest, Route, RouteContext } from './routes/route.ts';
import { routesFor } from './routes/routes.ts';
import type { Tenant } from './tenant.ts';
import type { Cost, Rejection } from './throttling/throttle.ts';

/** Answers one request to Graph: finds its route, charges the quotas, checks the permission, and runs it. */
export function execute(tenant: Tenant, request: GraphRequest): Answer {
  try {
    return run(tenant, request);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return failure(tenant, request, error);
  }
}

function run(tenant: Tenant, request: GraphRequest): Answer {
  const target = readTarget(request.url);
  const { route, params } = chooseRoute(request, target.segments);
  count(request.batchItemId === undefined ? tenant.counters.requests : tenant.counters.batchItems, route.name);
  const context: RouteContext = {
    tenant,
    request,
    params,
    query: target.query,
    location: (set) => ({
      versionUrl: `${tenant.outside.url()}/${request.version}`,
      path: target.path,
      query: target.query,
      set,
    }),
  };
  const cost = route.cost(context);
  const headers = costHeaders(cost);
  const now = tenant.outside.now();
  const priority = request.headers['x-ms-throttle-priority'];
  const { limitPercentage, rejection } = tenant.throttle.charge(cost, request.appId, now, priority);
  if (limitPercentage !== undefined) headers['x-ms-throttle-limit-percentage'] = limitPercentage.toFixed(2);
  if (rejection !== undefined) {
    count(tenant.counters.throttled, rejection.quota);
    return throttledAnswer(now, request, { ...headers, ...rejectionHeaders(rejection) });
  }
  try {
    checkPermission(tenant, route);
    const answer = route.answer(context);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return failure(tenant, request, error, headers);
  }
}

function failure(
  tenant: Tenant,
  request: GraphRequest,
  error: GraphError,
  headers: Record<string, string> = {},
): Answer {
  return errorAnswer(error.status, error.code, error.message, tenant.outside.now(), request, headers);
}

function chooseRoute(request: GraphRequest, segments: readonly string[]): { route: Route; params: readonly string[] } {
  const matches = routesFor(segments);
  const inVersion = matches.filter(({ route }) => route.versions.includes(request.version));
  const match = inVersion.find(({ route }) => route.method === request.method);
  if (match !== undefined) return match;
  if (inVersion.length > 0 || (matches.length > 0 && request.method !== 'GET')) {
    throw new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
  }
  const segment = segments.at(-1) ?? '';
  if (matches.length > 0) throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`);
  if (segments[0] === 'me') {
    throw new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
  }
  throw new GraphError(404, 'ResourceNotFound', `Resource not found for the segment '${segment}'.`);
}

function checkPermission(tenant: Tenant, route: Route): void {
  const { deniedPermissions } = tenant.settings;
  if (deniedPermissions.length === 0) return;
  if (route.permissions.some((permission) => !deniedPermissions.includes(permission))) return;
  // Of the authentication workload, the code and the message name the permission.
  if (/^(?:users\/\*\/authentication|reports\/authenticationMethods)\//.test(route.pattern)) {
    const names = route.permissions.join(', ');
    const message = `API call requires one of the following permissions: ${names}`;
    throw new GraphError(403, 'Authentication_MSGraphPermissionMissing', message);
  }
  // Privileged Identity Management puts its own error, as JSON, into the message.
  if (route.name === 'roleEligibilityScheduleInstances.list') {
    const message = `Authorization failed due to missing permission scope ${route.permissions.join(',')}.`;
    throw new GraphError(
      403,
      'UnknownError',
      JSON.stringify({ errorCode: 'PermissionScopeNotGranted', message, instanceAnnotations: [] }),
    );
  }
  throw route.name === 'mail.send'
    ? new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
    : new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

function costHeaders(cost: Cost): Record<string, string> {
  return cost.service === 'identity' ? { 'x-ms-resource-unit': String(cost.resourceUnits) } : {};
}

function rejectionHeaders(rejection: Rejection): Record<string, string> {
  return {
    ...(rejection.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(rejection.retryAfterSeconds) }),
    'x-ms-throttle-scope': rejection.scope,
    'x-ms-throttle-information': rejection.information,
  };
}
