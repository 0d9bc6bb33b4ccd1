import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { acknowledgements, mfaStates } from '../../shared/domain/mfaState.ts';
import { isObjectId } from '../../shared/domain/userReference.ts';

/** A body with the type that it claims to be. */
export interface Body {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

const JSON_TYPE = 'application/json';
const text = (value: string): Buffer => Buffer.from(value, 'utf8');

/** Text of every kind: ordinary, of any script, broken, and what has a meaning somewhere. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    "' or 1 eq 1 or '",
    '../../groups',
    '%2e%2e%2f',
    '\u0000',
    '\ud800',
    '=cmd|calc',
    '{{7*7}}',
    '#{x}',
    '<script>',
    'null',
    '__proto__',
    'constructor',
    '\r\nX-Injected: 1',
    '\u202e',
    '1e999',
    '-0',
  ),
);

/** The end of an exception: soon, past, or too late. */
const until = fc
  .constantFrom(-1, 1, 300, 400)
  .map((days) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString());

function requests(users: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const user = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...users) }, { weight: 1, arbitrary: anyText });
  return fc.record(
    {
      state: fc.constantFrom(...mfaStates),
      reason: fc.oneof(fc.constant('a reason'), anyText),
      users: fc.array(user, { maxLength: 60 }),
      notify: fc.boolean(),
      dryRun: fc.boolean(),
      acknowledge: fc.subarray([...acknowledgements]),
      until: fc.oneof(until, anyText),
    },
    { requiredKeys: ['state', 'reason', 'users'] },
  );
}

/** A request with something in the wrong place. */
function spoiled(users: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const name = fc.oneof(
    fc.constantFrom(...'state reason users group notify dryRun acknowledge until __proto__ toString'.split(' ')),
    anyText,
  );
  return fc
    .tuple(requests(users), name, fc.oneof(fc.jsonValue(), fc.uuid(), anyText))
    .map(([request, key, value]) => ({ ...request, ...Object.fromEntries([[key, value]]) }));
}

const csv = (users: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('user', 'USER', '\ufeffuser', 'name,user', 'upn', ''),
      fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...users) }, { weight: 1, arbitrary: anyText }), {
        maxLength: 20,
      }),
      fc.constantFrom('\n', '\r\n', '\r', '"\n'),
    )
    .map(([header, lines, end]) => [header, ...lines].join(end));

/** Bodies of requests that may be accepted. */
export function goodBodies(users: readonly string[]): fc.Arbitrary<Body> {
  return fc
    .record(
      {
        state: fc.constantFrom(...mfaStates),
        reason: fc.constant('a reason'),
        users: fc.array(fc.constantFrom(...users), { minLength: 1, maxLength: 60 }),
        dryRun: fc.boolean(),
        acknowledge: fc.subarray([...acknowledgements]),
      },
      { requiredKeys: ['state', 'reason', 'users'] },
    )
    .map(({ users: named, ...request }) =>
      // Sometimes a group instead: accepting a request does not look it up.
      named.length % 10 === 0 ? { ...request, group: named.find(isObjectId) } : { ...request, users: named },
    )
    .map((request) => ({ contentType: JSON_TYPE, bytes: text(JSON.stringify(request)) }));
}

/** Bodies of requests about an operation or the halt: of the right one, of another one, and with wrong values. */
export const followUpBodies: fc.Arbitrary<Body> = fc
  .record(
    {
      reason: fc.oneof({ weight: 3, arbitrary: fc.constant('a reason') }, anyText),
      acknowledge: fc.oneof(fc.subarray([...acknowledgements]), fc.array(anyText, { maxLength: 3 })),
      dryRun: fc.oneof(fc.boolean(), anyText),
    },
    { requiredKeys: [] },
  )
  .map((body) => ({ contentType: JSON_TYPE, bytes: text(JSON.stringify(body)) }));

/** Bodies of requests: good ones, spoiled ones, and any bytes under any type. */
export function bodies(users: readonly string[]): fc.Arbitrary<Body> {
  const json = (value: unknown): Body => ({ contentType: JSON_TYPE, bytes: text(JSON.stringify(value)) });
  const types = fc.constantFrom(
    JSON_TYPE,
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/json; charset=utf-16',
    'text/csv',
    'text/plain',
    'multipart/form-data; boundary=x',
    ';',
    undefined,
  );
  const bytes = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.json({ maxDepth: 6 }).map(text),
    anyText.map(text),
    requests(users).map((value) => Buffer.from(JSON.stringify(value), 'utf16le')),
    requests(users).map((value) => text(`\ufeff${JSON.stringify(value)}`)),
    requests(users).map((value) => gzipSync(JSON.stringify(value))),
    requests(users).map((value) => text(JSON.stringify(value).slice(0, -2))),
    fc.integer({ min: 1, max: 50_000 }).map((depth) => text('['.repeat(depth))),
    fc.integer({ min: 1, max: 400_000 }).map((values) => text(`[${'0,'.repeat(values)}0]`)),
    fc.integer({ min: 1, max: 2_000 }).map((count) => text(JSON.stringify({ users: Array(count).fill('a@b.c') }))),
  );
  return fc.oneof(
    { weight: 4, arbitrary: requests(users).map(json) },
    { weight: 4, arbitrary: spoiled(users).map(json) },
    { weight: 2, arbitrary: csv(users).map((lines): Body => ({ contentType: 'text/csv', bytes: text(lines) })) },
    { weight: 3, arbitrary: fc.record({ contentType: types, bytes }) },
  );
}
