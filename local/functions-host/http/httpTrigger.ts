import type { IncomingMessage } from 'node:http';
import type { HostedFunction, HttpTrigger } from '../app/hostedFunction.ts';
import type { Invoker } from '../invoker.ts';
import { compareRoutes, matchRoute, parseRoute, type Route } from './route.ts';
import { toRpcRequest } from './rpcRequest.ts';
import { emptyAnswer, type HttpAnswer, toHttpAnswer } from './rpcResponse.ts';

interface Endpoint {
  readonly target: HostedFunction<HttpTrigger>;
  readonly route: Route;
}

/** The functions that are called over HTTP, by route. */
export interface HttpTriggers {
  routeOf(target: HostedFunction): string | undefined;
  answer(request: IncomingMessage, path: readonly string[], body: Buffer): Promise<HttpAnswer>;
}

/**
 * Puts the functions on their routes: `route`, or the function's name, below the prefix of host.json.
 * A request that fits no route, or none with its method, is answered with 404, a handler that throws with an empty 500.
 * @throws Error that names the function when its route cannot be read
 */
export function createHttpTriggers(
  functions: readonly HostedFunction<HttpTrigger>[],
  routePrefix: string,
  invoker: Invoker,
): HttpTriggers {
  const prefix = routePrefix.replace(/^\/+|\/+$/g, '');
  const endpoints = functions.map((target): Endpoint => {
    try {
      return { target, route: parseRoute(`${prefix}/${target.trigger.route ?? target.name}`) };
    } catch (error) {
      throw new Error(`Function '${target.name}': ${(error as Error).message}`, { cause: error });
    }
  });
  const byPrecedence = endpoints.filter(({ target }) => !target.disabled);
  byPrecedence.sort((a, b) => compareRoutes(a.route, b.route));

  return {
    routeOf: (target) => endpoints.find((endpoint) => endpoint.target === target)?.route.template.replace(/^\/+/, ''),
    async answer(request, path, body) {
      for (const { target, route } of byPrecedence) {
        if (!target.trigger.methods.includes(request.method ?? '')) continue;
        const parameters = matchRoute(route, path);
        if (!parameters) continue;
        const traceParent = request.headers.traceparent;
        try {
          const { returnValue } = await invoker.invoke(target, {
            input: { http: toRpcRequest(request, parameters, body) },
            ...(typeof traceParent === 'string' && { traceParent }),
          });
          return toHttpAnswer(returnValue);
        } catch {
          // The invoker has logged why.
          return emptyAnswer(500);
        }
      }
      return emptyAnswer(404);
    },
  };
}
