import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { rowCount } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';

const user = 'alice@contoso.com';
const valid = { state: 'enabled', users: [user], reason: 'Onboarding' };
const group = '071cc716-8147-4397-a5ba-b2105951cc0b';
const json = { 'Content-Type': 'application/json' };
const csv = { 'Content-Type': 'text/csv' };
const csvPath = 'state-changes/csv?state=enabled&reason=x';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 100 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const post = (body: unknown, headers?: Record<string, string>, path = 'state-changes'): Promise<Reply<ErrorBody>> =>
  app.call('POST', path, body, headers);

describe('a bad request is refused in one shape, and leaves nothing behind', () => {
  it.each<[string, string, string | undefined, () => Promise<Reply<ErrorBody>>]>([
    ['broken JSON', 'InvalidJson', 'body', () => post('{"state":', json)],
    ['no body', 'InvalidJson', 'body', () => post('', json)],
    ['no UTF-8', 'InvalidEncoding', 'body', () => post(Uint8Array.of(0xff, 0xfe), json)],
    ['no content type', 'UnsupportedContentType', 'Content-Type', () => post(new TextEncoder().encode('{}'))],
    [
      'another content type',
      'UnsupportedContentType',
      'Content-Type',
      () => post('<x/>', { 'Content-Type': 'text/xml' }),
    ],
    ['JSON for the route of files', 'UnsupportedContentType', 'Content-Type', () => post(valid, json, csvPath)],
    ['an unknown property', 'InvalidRequest', 'force', () => post({ ...valid, force: true })],
    ['an unknown state', 'InvalidRequest', 'state', () => post({ ...valid, state: 'on' })],
    ['no users', 'InvalidRequest', 'users', () => post({ ...valid, users: [] })],
    ['no users and no group', 'InvalidRequest', 'users', () => post({ ...valid, users: undefined })],
    ['users and a group', 'InvalidRequest', 'users', () => post({ ...valid, group })],
    ['a group that is no id', 'InvalidRequest', 'group', () => post({ ...valid, users: undefined, group: 'Sales' })],
    ['100,001 users', 'InvalidRequest', 'users', () => post({ ...valid, users: Array(100_001).fill(user) })],
    ['no reason', 'InvalidRequest', 'reason', () => post({ ...valid, reason: ' ' })],
    ['a reason that is too long', 'InvalidRequest', 'reason', () => post({ ...valid, reason: 'x'.repeat(501) })],
    ['an unknown acknowledgement', 'InvalidRequest', 'acknowledge[0]', () => post({ ...valid, acknowledge: ['all'] })],
    [
      'a query that JSON does not take',
      'InvalidRequest',
      'state',
      () => post(valid, {}, 'state-changes?state=enabled'),
    ],
    ['an Operation-Id that is no UUID', 'InvalidRequest', 'Operation-Id', () => post(valid, { 'Operation-Id': '17' })],
    ['a list instead of an object', 'InvalidRequest', 'body', () => post([valid])],
    ['CSV without the column', 'InvalidCsv', 'body', () => post(`mail\n${user}\n`, csv, csvPath)],
    ['a file that is no text', 'InvalidCsv', 'body', () => post(Uint8Array.of(0x50, 0x4b, 3, 4, 0), csv, csvPath)],
    ['CSV of other things', 'InvalidCsv', 'body', () => post('user\n1\n2\n', csv, csvPath)],
    ['CSV without users', 'InvalidRequest', 'users', () => post('user\n', csv, csvPath)],
    [
      'CSV without a state',
      'InvalidRequest',
      'state',
      () => post(`user\n${user}\n`, csv, 'state-changes/csv?reason=x'),
    ],
    [
      'CSV with an unknown parameter',
      'InvalidRequest',
      'force',
      () => post(`user\n${user}\n`, csv, `${csvPath}&force=1`),
    ],
  ])('%s', async (_, code, target, send) => {
    expectRefused(await send(), code, target);
  });

  it.each([
    'alice@contoso.com/authentication',
    '../groups',
    'a..b@contoso.com',
    'a"b@contoso.com',
    'alice@contoso.com\u0000',
    'alice\r\n@contoso.com',
    '',
    'alice%40contoso.com',
    'alice%2f@contoso.com',
    `${'a'.repeat(10_000)}@contoso.com`,
  ])('a reference such as %j', async (reference) => {
    expectRefused(await post({ ...valid, users: [reference] }), 'InvalidRequest', 'users[0]');
    const most = [user, reference, reference];
    expectRefused(await post({ ...valid, users: most }), 'InvalidRequest', 'users[1]');
  });

  it('with more than a hundred faults names the first hundred, by position', async () => {
    const users = Array.from({ length: 500 }, (_, number) => (number % 5 === 0 ? user : 'no reference'));
    const reply = await post({ ...valid, users });
    expectRefused(reply, 'InvalidRequest', 'users[1]');
    expect(reply.body.error.details?.map(({ target }) => target)).toEqual(
      Array.from({ length: 100 }, (_, number) => `users[${number + Math.floor(number / 4) + 1}]`),
    );
  });

  it('that is too large is answered with 413', async () => {
    const reply = await post('x'.repeat(16 * 1024 * 1024 + 1), json);
    expect(reply.status).toBe(413);
    expect(reply.body.error.code).toBe('RequestTooLarge');
    expect(reply.headers.get('x-ms-error-code')).toBe('RequestTooLarge');
  });
});

describe('a body that is sent in chunks, without Content-Length', () => {
  it.each([
    ['JSON', json, 'state-changes', JSON.stringify(valid)],
    ['CSV', csv, csvPath, `user\n${user}\n`],
  ])('(%s) is answered with why it did not arrive, and what to do', async (_, headers, path, text) => {
    const reply = await post(new Blob([text]).stream(), headers, path);
    expect(reply).toMatchObject({
      status: 411,
      body: {
        error: {
          code: 'LengthRequired',
          target: 'Content-Length',
          message: expect.stringMatching(/chunked.*LoadIntoBufferAsync/),
        },
      },
    });
    expect(reply.headers.get('x-ms-error-code')).toBe('LengthRequired');
  });
});

describe('after all of that', () => {
  it('nothing is stored and nothing is queued', async () => {
    const deps = parts.worker();
    expect(await rowCount(deps, 'operations')).toBe(0);
    for (const queue of ['plans', 'expressplans']) expect(parts.bus.queue(queue).enqueued).toBe(0);
    expect(parts.graph.counters.httpRequests).toBe(0);
  });

  it('no input stands in the log', () => {
    const log = app.lines.join('\n');
    expect(log).toContain('requestStateChange');
    expect(log).not.toMatch(/alice|contoso|brien|Onboarding/);
  });
});

function expectRefused({ status, headers, body }: Reply<ErrorBody>, code: string, target: string | undefined): void {
  expect({ status, code: body.error.code, target: body.error.target }).toEqual({ status: 400, code, target });
  expect(headers.get('x-ms-error-code')).toBe(code);
  expect(headers.get('content-type')).toContain('application/json');
  expect(body.error.message).toMatch(/\w+ .*\w/);
  expect(JSON.stringify(body)).not.toMatch(/alice|brien|Onboarding|aaaaaaaaaa|node_modules|at .*\.ts/);
}

describe('a route that is not there', () => {
  it.each([
    ['GET', 'nothing'],
    ['DELETE', 'operations/1/2/3/4'],
    ['GET', 'users/a%2Fb/c/mfa-state'],
    ['POST', ''],
  ])('(%s %s) is answered in the shape of every error', async (method, path) => {
    const reply = await app.call<ErrorBody>(method, path);
    expect(reply).toMatchObject({ status: 404, body: { error: { code: 'RouteNotFound' } } });
    expect(reply.headers.get('x-ms-error-code')).toBe('RouteNotFound');
  });
});
