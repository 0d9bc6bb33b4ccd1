import { HostError } from '../hostError.ts';
import type { Settings } from '../settings.ts';
import { type HostedFunction, hasTrigger, hostFunction } from './hostedFunction.ts';
import type { FunctionMetadata } from './rpc.ts';

/** The functions of an app that can be served, and why others cannot. */
export interface IndexedFunctions {
  readonly functions: readonly HostedFunction[];
  /** A sentence or two for each function in error. It is not served; the others are. */
  readonly problems: readonly string[];
}

/** As the host's own check has it: https://github.com/Azure/azure-functions-host, Utility.IsValidFunctionName. */
const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

/**
 * Understands what the app registered. A function in error harms only itself.
 * @throws HostError when two functions have names that differ in case only: the host cannot tell them apart
 */
export function indexFunctions(registered: readonly FunctionMetadata[], settings: Settings): IndexedFunctions {
  const byName = [...registered].sort(compareNames);
  for (const [at, metadata] of byName.entries()) {
    const before = byName[at - 1]?.name;
    if (before?.toLowerCase() !== metadata.name.toLowerCase()) continue;
    throw new HostError(
      `The functions '${before}' and '${metadata.name}' have names that differ in case only. Rename one of them.`,
    );
  }
  const functions: HostedFunction[] = [];
  const problems: string[] = [];
  for (const one of byName) {
    try {
      requireName(one.name);
      const target = hostFunction(one, settings);
      requireFreeRoute(target, functions);
      functions.push(target);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { functions, problems };
}

/** Ignoring case, as the host sorts them. */
function compareNames(a: FunctionMetadata, b: FunctionMetadata): number {
  const [first, second] = [a.name.toUpperCase(), b.name.toUpperCase()];
  return first < second ? -1 : Number(first > second);
}

function requireName(name: string): void {
  if (FUNCTION_NAME.test(name)) return;
  throw new Error(
    `Function '${name}': this is no name for a function. Names begin with a letter, have up to 128 letters, digits, ` +
      "dashes and underscores, and are not 'host'.",
  );
}

/**
 * The host keeps what begins with `admin` and `runtime` for itself, below the prefix of the routes too, and gives a
 * route to the first function, by name, that asks for it with a method.
 */
function requireFreeRoute(target: HostedFunction, others: readonly HostedFunction[]): void {
  if (!hasTrigger('httpTrigger')(target)) return;
  const route = routeKey(target.trigger.route ?? target.name);
  const reserved = ['admin', 'runtime'].find((word) => route.startsWith(word));
  if (reserved !== undefined) {
    throw new Error(
      `Function '${target.name}': its route "${target.trigger.route ?? target.name}" begins with "${reserved}", which ` +
        'the host keeps for itself. Give it another route.',
    );
  }
  const { methods } = target.trigger;
  const taken = others.filter(hasTrigger('httpTrigger')).find((other) => {
    const sameRoute = routeKey(other.trigger.route ?? other.name) === route;
    return sameRoute && other.trigger.methods.some((method) => methods.includes(method));
  });
  if (taken) {
    throw new Error(
      `Function '${target.name}': its route "${target.trigger.route ?? target.name}" belongs to function ` +
        `'${taken.name}' already. Give one of them another route or other methods.`,
    );
  }
}

function routeKey(route: string): string {
  return route.replace(/^\/+|\/+$/g, '').toLowerCase();
}
