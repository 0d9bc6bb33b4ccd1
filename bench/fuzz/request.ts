import fc from 'fast-check';
import { type Body, bodies, followUpBodies, goodBodies } from './bodies.ts';
import type { Credential } from './credentials.ts';
import { headers, hosts, isUtf8 } from './headers.ts';
import { type FuzzRoute, HOST_METHODS, leavesApi, queries, type Target, targets } from './paths.ts';

/** The parts of requests. The same parts and seed give the same requests. */
export interface World {
  readonly routes: readonly FuzzRoute[];
  readonly credentials: readonly Credential[];
  /** References to users of the directory. */
  readonly users: readonly string[];
  /** Ids that operations are given and asked for by. */
  readonly operations: readonly string[];
}

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly credential: Credential;
  /** True when the host may answer before any function is asked, in its own way. */
  readonly mayEndAtHost: boolean;
}

/** The parts of a request, each drawn for itself. */
interface Parts {
  readonly target: Target;
  readonly query: string;
  readonly headers: FuzzRequest['headers'];
  readonly host: string | undefined;
  readonly body: Body | undefined;
  readonly credential: Credential;
}

const FOLLOW_UPS = ['', '/items', '/result', '/cancel', '/retry', '/undo', '/approve', '/reject'];

/** Requests over all routes: most of them anything, some of them changes that may be accepted. */
export function fuzzRequests(world: World): fc.Arbitrary<FuzzRequest> {
  const { routes, credentials, users, operations } = world;
  const known = [...operations, ...users.slice(0, 20)];
  const genuine = fc.constantFrom(...credentials.filter(({ roles }) => roles !== null));
  const credential = fc.oneof({ weight: 3, arbitrary: genuine }, fc.constantFrom(...credentials));
  const wild = fc.record<Parts>({
    target: targets(routes, known),
    query: queries(known),
    headers: headers(operations),
    host: hosts,
    body: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: bodies(users) }),
    credential,
  });
  const change = fc.record<Parts>({
    target: fc.constant({ method: 'POST', path: '/api/state-changes' }),
    query: fc.constant(''),
    headers: fc.oneof(fc.constant([]), headers(operations)),
    host: fc.constant(undefined),
    body: goodBodies(users),
    credential,
  });
  const followUp = fc.record<Parts>({
    target: fc.oneof(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'POST'),
        path: fc
          .tuple(fc.constantFrom(...operations), fc.constantFrom(...FOLLOW_UPS))
          .map(([id, end]) => `/api/operations/${id}${end}`),
      }),
      fc.record({ method: fc.constantFrom('GET', 'POST', 'DELETE'), path: fc.constant('/api/halt') }),
    ),
    query: fc.constant(''),
    headers: headers(operations),
    host: fc.constant(undefined),
    body: fc.oneof(fc.constant(undefined), followUpBodies),
    credential,
  });
  return fc
    .oneof({ weight: 6, arbitrary: wild }, { weight: 2, arbitrary: change }, { weight: 2, arbitrary: followUp })
    .map(assemble);
}

function assemble({ target: { method, path: plain }, query, headers, host, body, credential }: Parts): FuzzRequest {
  const path = `${plain}${query === '' ? '' : `?${query}`}`;
  const type = body?.contentType;
  const all = [
    ...headers,
    ...(type === undefined ? [] : [['content-type', type] as const]),
    ...(host === undefined ? [] : [['host', host] as const]),
    ...(credential.authorization === null ? [] : [['authorization', credential.authorization] as const]),
  ];
  return {
    method,
    path,
    headers: all,
    body: body?.bytes ?? Buffer.alloc(0),
    credential,
    mayEndAtHost:
      host !== undefined ||
      /%00/.test(path) ||
      HOST_METHODS.includes(method) ||
      leavesApi(path) ||
      !all.every(([, text]) => isUtf8(text)),
  };
}
