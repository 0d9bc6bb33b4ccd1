import type { Answer } from '../http/answer.ts';
import type { ListLocation } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';
import type { Cost } from '../throttling/throttle.ts';

export type Version = 'v1.0' | 'beta';

/** One request to Graph, of its own or out of a batch. */
export interface GraphRequest {
  readonly method: string;
  readonly version: Version;
  /** Path and query behind the version, beginning with a slash. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; undefined when there was no body. */
  readonly body: unknown;
  readonly appId: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly batchItemId?: string;
}

/** The dependencies of a route. */
export interface RouteContext {
  readonly tenant: Tenant;
  readonly request: GraphRequest;
  /** The segments that stand where the pattern has `*`. */
  readonly params: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  /** The address of the list, for its links; `set` is its name in `@odata.context`. */
  location(set: string): ListLocation;
}

export interface Route {
  /** Its name in the counters. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Segments; `*` stands for any. */
  readonly pattern: string;
  readonly versions: readonly Version[];
  /** Application permissions of which one is enough. */
  readonly permissions: readonly string[];
  cost(context: RouteContext): Cost;
  /** @throws GraphError */
  answer(context: RouteContext): Answer;
}

export const BOTH_VERSIONS: readonly Version[] = ['v1.0', 'beta'];

/** 200 with a JSON body. */
export function ok(body: object): Answer {
  return { status: 200, headers: {}, body };
}

/**
 * The cost of a read of the directory in resource units: the documented base, one less with `$select`, one less with
 * `$top` below 20, one more with `$expand`, never below one. Source: learn.microsoft.com/graph/throttling-limits.
 */
export function readCost(base: number): (context: RouteContext) => Cost {
  return ({ query }) => {
    const top = Number(query.get('$top') ?? Number.POSITIVE_INFINITY);
    const units = base - (query.has('$select') ? 1 : 0) - (top < 20 ? 1 : 0) + (query.has('$expand') ? 1 : 0);
    return { service: 'identity', resourceUnits: Math.max(1, units), writes: 0 };
  };
}

/** The cost of a write to the directory: one resource unit and one write. */
export function writeCost(): Cost {
  return { service: 'identity', resourceUnits: 1, writes: 1 };
}
