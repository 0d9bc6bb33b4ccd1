import type { HostedFunction, HttpTrigger } from '../app/hostedFunction.ts';
import { HostError } from '../hostError.ts';

/**
 * Refuses two slashes in a row in a route, of which one may be the end of the route prefix. The host's router refuses
 * them when it puts the functions on their routes, which keeps all functions from running.
 * @throws HostError that names the function, its route and the prefix
 */
export function checkRoutes(functions: readonly HostedFunction<HttpTrigger>[], routePrefix: string): void {
  for (const { name, trigger } of functions) {
    const route = trigger.route ?? name;
    const template = routePrefix === '' ? route : `${routePrefix}/${route}`;
    // Braces may have slashes in them: a regular expression.
    if (!template.replaceAll(/\{[^{}]*\}/g, '{}').includes('//')) continue;
    throw new HostError(
      `Function '${name}': its route "${template}" (the route prefix "${routePrefix}" of host.json and the function's ` +
        `"${route}") has two slashes in a row. Leave out the slash at the end or beginning of one.`,
    );
  }
}
