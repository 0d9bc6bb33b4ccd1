import fc from 'fast-check';
import { anyText } from './bodies.ts';

/** A route of the app, as the host lists it. */
export interface FuzzRoute {
  readonly name: string;
  /** With the prefix, such as `api/operations/{operationId}`. */
  readonly template: string;
  readonly methods: readonly string[];
}

export interface Target {
  readonly path: string;
  readonly method: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
/** Methods that functions cannot have: the host knows no route for them. */
export const HOST_METHODS = ['TRACE', 'PROPFIND', 'MKCOL'];

/** With a replacement for each half of a character that stands alone: such text cannot be encoded. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

/** Percent-encoded in every way that clients, and attackers, come up with; always printable ASCII. */
const encodings: readonly ((text: string) => string)[] = [
  (text) => encodeURIComponent(wellFormed(text)),
  (text) => encodeURIComponent(encodeURIComponent(wellFormed(text))),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  (text) => text.replaceAll(/[^\x21-\x7e]|[?#]/g, '%'),
  (text) => `${encodeURIComponent(wellFormed(text))}%c0%af%ff`,
];
const encoded = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(part, fc.constantFrom(...encodings)).map(([value, encode]) => encode(value));

const QUERY_NAMES =
  'state reason notify dryRun acknowledge status page after user users group fromDateTime toDateTime from to event operation until actor action column q code format';

/** Something in a path: known to the service, or any text, encoded in any way. */
function segment(known: readonly string[]): fc.Arbitrary<string> {
  const plain = fc.constantFrom(...known).map((value) => encodeURIComponent(value));
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 3, arbitrary: encoded(anyText) });
}

/** Routes with something in the place of each parameter, and paths that are no routes. */
export function targets(routes: readonly FuzzRoute[], known: readonly string[]): fc.Arbitrary<Target> {
  const part = segment(known);
  const onRoute = fc.constantFrom(...routes).chain((route) => {
    const names = [...route.template.matchAll(/\{[^}]+\}/g)];
    return fc
      .tuple(fc.array(part, { minLength: names.length, maxLength: names.length }), fc.constantFrom(...route.methods))
      .map(([parts, method]) => {
        let next = 0;
        return { path: `/${route.template.replaceAll(/\{[^}]+\}/g, () => parts[next++] ?? '')}`, method };
      });
  });
  const anywhere = fc.record({
    path: fc.array(encoded(anyText), { maxLength: 5 }).map((parts) => `/api/${parts.join('/')}`),
    method: fc.constantFrom(...METHODS),
  });
  const elsewhere = fc.record({
    path: fc.oneof(
      onRoute.map(({ path }) => path),
      encoded(anyText).map((text) => `/${text}`),
    ),
    method: fc.constantFrom(...METHODS, ...HOST_METHODS),
  });
  return fc.oneof(
    { weight: 8, arbitrary: onRoute },
    { weight: 1, arbitrary: anywhere },
    { weight: 1, arbitrary: elsewhere },
  );
}

/** Queries, without the question mark: of known and unknown parameters, good and broken. */
export function queries(known: readonly string[]): fc.Arbitrary<string> {
  const part = segment(known);
  const value = fc.oneof(
    fc.constantFrom('enabled', 'disabled', 'true', 'weaken', 'a%20reason', '0', '%', '%zz', '+', '', '2026-03-02'),
    part,
  );
  const parameter = fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...QUERY_NAMES.split(' ')) }, { weight: 1, arbitrary: part }),
      value,
    )
    .map(([name, text]) => `${name}=${text}`);
  const forCsv = fc
    .tuple(fc.constantFrom('enabled', 'enforced', 'disabled'), fc.subarray(['&dryRun=true', '&notify=false']))
    .map(([state, more]) => `state=${state}&reason=x${more.join('')}`);
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.array(parameter, { maxLength: 4 }).map((list) => list.join('&')) },
    { weight: 2, arbitrary: forCsv },
  );
}

/** Whether a path, decoded and with its dots taken out, may not be one of the API's; nor is one with nothing in front. */
export function leavesApi(path: string): boolean {
  const [plain = ''] = path.split('?');
  return !/^\/api(\/|$)/i.test(plain) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(plain) || /^\/(api\/)?\//i.test(plain);
}
