import { randomUUID } from 'node:crypto';
import type {
  HttpFunctionOptions,
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import { loggedActor } from '../audit/decisions.ts';
import type { GuardedRoute, OpenRoute, Parameters, Route, Values } from '../contract/route.ts';
import { type ErrorDetail, RequestError, toError } from '../errors.ts';
import { type Caller, requireRole } from '../http/caller.ts';
import { operationIdIn } from '../http/parameters.ts';
import { readQuery } from '../http/query.ts';
import { unavailable } from '../http/unavailable.ts';
import { unknownRoute } from '../http/unknownRoute.ts';
import { logError, logStep } from '../log.ts';
import { type Dependencies, dependencies } from './dependencies.ts';
import { recordingRefusal } from './recordRefusal.ts';

/** One authenticated call of the API. */
export interface Call<Query extends Parameters = Parameters> {
  readonly request: HttpRequest;
  /** The parameters of the query, as the route describes them. */
  readonly query: Values<Query>;
  readonly caller: Caller;
  readonly deps: Dependencies;
  /**
   * The address of the API with the route prefix, which links start with: the setting API_URL, else the address of the
   * request. Headers such as X-Forwarded-Host are ignored, because any caller can send them.
   */
  readonly baseUrl: string;
}

/**
 * The function of a route that needs a role: authenticates the caller, checks the role, reads the query, does the work,
 * and turns errors into answers of one shape. Work that needs one role of several checks it itself.
 */
export function endpoint<Query extends Parameters>(
  route: GuardedRoute<Query>,
  work: (call: Call<Query>) => Promise<HttpResponseInit>,
): HttpFunctionOptions {
  const handler: HttpHandler = async (request, context) => {
    const startedAt = Date.now();
    let caller: Caller | undefined;
    let response: HttpResponseInit;
    try {
      const deps = dependencies();
      caller = await deps.authenticate(request);
      await checkRole(route, caller, request, deps);
      const query = readQuery(request, route.query);
      response = await work({ request, query, caller, deps, baseUrl: deps.settings.API_URL || baseUrlOf(request.url) });
    } catch (thrown) {
      response = answerError(toError(thrown), context);
    }
    const { status, headers } = response;
    const answered = new Headers(headers);
    const code = answered.get('x-ms-error-code') ?? undefined; // alerts query some codes
    const operationId = answered.get('operation-id') ?? request.params.operationId;
    const { actor } = caller ?? {};
    const who = actor === undefined ? {} : loggedActor(actor);
    logStep(context, { step: context.functionName, status, code, operationId, ...who, startedAt });
    return response;
  };
  return { methods: [route.method], authLevel: 'anonymous', route: route.path, handler };
}

/** @throws RefusedError for a caller without a role of the route. It is recorded where the caller wanted to change something. */
async function checkRole(
  { action, roles }: GuardedRoute,
  caller: Caller,
  request: HttpRequest,
  deps: Dependencies,
): Promise<void> {
  if (action === undefined) return requireRole(caller, ...roles);
  const operationId = operationIdIn(request);
  const asked = { action, actor: caller.actor, ...(operationId === undefined ? {} : { operationId }) };
  await recordingRefusal(asked, deps, () => requireRole(caller, ...roles));
}

/** The function of a route that needs no token. */
export function openEndpoint(
  { method, path }: OpenRoute,
  work: (request: HttpRequest) => Promise<HttpResponseInit>,
): HttpFunctionOptions {
  return { methods: [method], authLevel: 'anonymous', route: path, handler: openHandler(work) };
}

/** The function for requests to unknown routes. It matches every request, so its name must sort after all others. */
export function catchAll(routes: readonly Route[]): HttpFunctionOptions {
  return {
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
    authLevel: 'anonymous',
    route: '{*path}',
    handler: openHandler(async ({ params }) => {
      throw unknownRoute(params.path ?? '', routes);
    }),
  };
}

function openHandler(work: (request: HttpRequest) => Promise<HttpResponseInit>): HttpHandler {
  return async (request, context) => {
    try {
      return await work(request);
    } catch (thrown) {
      return answerError(toError(thrown), context);
    }
  };
}

/** `{ "error": { code, message, target, details } }`, with the code also in a header (Azure REST API guidelines). */
function answerError(thrown: Error, context: InvocationContext): HttpResponseInit {
  const error = thrown instanceof RequestError ? thrown : (unavailable(thrown) ?? thrown);
  if (!(error instanceof RequestError)) {
    const id = randomUUID();
    logError(context, { step: context.functionName, errorId: id, error });
    const message = `An unexpected error occurred. The log of the service has the details under ${id}.`;
    return errorResponse(500, { code: 'InternalError', message }, {});
  }
  if (error.status >= 500) logError(context, { step: context.functionName, error });
  const { code, message, target, details } = error;
  return errorResponse(
    error.status,
    { code, message, ...(target === undefined ? {} : { target }), ...(details.length === 0 ? {} : { details }) },
    error.headers,
  );
}

function errorResponse(
  status: number,
  error: ErrorDetail & { readonly details?: readonly ErrorDetail[] },
  headers: Readonly<Record<string, string>>,
): HttpResponseInit {
  return { status, headers: { ...headers, 'x-ms-error-code': error.code }, jsonBody: { error } };
}

function baseUrlOf(url: string): string {
  const { origin, pathname } = new URL(url);
  const prefix = /^\/[^/]+/.exec(pathname)?.[0] ?? '';
  return `${origin}${prefix}`;
}
