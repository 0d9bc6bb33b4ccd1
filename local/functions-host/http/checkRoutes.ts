import type { HostedFunction, HttpTrigger } from '../app/hostedFunction.ts';
import { HostError } from '../hostError.ts';

/**
 * Refuses what the host's router refuses when it puts the functions on their routes: two slashes in a row, of which one
 * may be the end of the route prefix, and one name for two parameters. Such a route keeps all functions from running.
 * @throws HostError that names the function, its route and the prefix
 */
export function checkRoutes(functions: readonly HostedFunction<HttpTrigger>[], routePrefix: string): void {
  for (const { name, trigger } of functions) {
    const route = trigger.route ?? name;
    const template = routePrefix === '' ? route : `${routePrefix}/${route}`;
    const problem = problemOf(template);
    if (problem === undefined) continue;
    throw new HostError(
      `Function '${name}': its route "${template}" (the route prefix "${routePrefix}" of host.json and the function's ` +
        `"${route}") ${problem}`,
    );
  }
}

function problemOf(template: string): string | undefined {
  // Braces may have slashes in them: a regular expression.
  const outside = template.replaceAll(/\{[^{}]*\}/g, '{}');
  if (outside.includes('//')) return 'has two slashes in a row. Leave out the slash at the end or beginning of one.';
  const names = [...template.matchAll(/\{\*{0,2}([^{}:=?]+)/g)].map(([, name]) => (name as string).toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) < at);
  return twice === undefined ? undefined : `has the parameter "${twice}" twice. Rename one of them.`;
}
