import type { HostedFunction, HttpTrigger } from '../app/hostedFunction.ts';
import { matchRoute } from './matchRoute.ts';
import { parseRoute, type Route } from './route.ts';

export interface Endpoint {
  readonly target: HostedFunction<HttpTrigger>;
  /** With the prefix of host.json. */
  readonly route: Route;
}

export interface Match {
  readonly target: HostedFunction<HttpTrigger>;
  readonly parameters: Record<string, string>;
}

/** The functions that are called over HTTP, by route. */
export interface Router {
  routeOf(target: HostedFunction): string | undefined;
  /** The function that answers; undefined when none takes that method and path. */
  find(method: string, path: string): Match | undefined;
}

/**
 * Puts the functions on their routes: `route`, or the function's name, below the prefix of host.json. As on the real
 * host, the first that fits answers, in the order of their names, ignoring case: a literal segment does not go before
 * a parameter, and a catch-all does not come last.
 * @throws Error that names the function when its route cannot be read
 */
export function createRouter(functions: readonly HostedFunction<HttpTrigger>[], routePrefix: string): Router {
  const prefix = routePrefix.replace(/^\/+|\/+$/g, '');
  const endpoints = functions.map((target): Endpoint => {
    try {
      return { target, route: parseRoute(`${prefix}/${target.trigger.route ?? target.name}`) };
    } catch (error) {
      throw new Error(`Function '${target.name}': ${(error as Error).message}`, { cause: error });
    }
  });
  const inOrder = endpoints.filter(({ target }) => !target.disabled).sort(byName);
  return {
    routeOf: (target) => endpoints.find((endpoint) => endpoint.target === target)?.route.template.replace(/^\/+/, ''),
    find(method, path) {
      for (const { target, route } of inOrder) {
        if (!target.trigger.methods.includes(method.toUpperCase())) continue;
        const parameters = matchRoute(route, path);
        if (parameters) return { target, parameters };
      }
      return undefined;
    },
  };
}

/** Compares upper-case letters by their code, as .NET does: an underscore comes after them. */
function byName(a: Endpoint, b: Endpoint): number {
  const [first, second] = [a.target.name.toUpperCase(), b.target.name.toUpperCase()];
  return first < second ? -1 : Number(first > second);
}
