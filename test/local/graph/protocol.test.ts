import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, type ErrorBody, START, startCaller } from './caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 20 });
});
afterAll(() => caller.simulator.close());

test('every answer has a request-id and the client-request-id of the caller', async () => {
  const { headers } = await caller.get('/v1.0/users?$top=1', { 'client-request-id': 'my-id' });
  expect(headers.get('client-request-id')).toBe('my-id');
  expect(headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const other = await caller.get('/v1.0/users?$top=1');
  expect(other.headers.get('request-id')).not.toBe(headers.get('request-id'));
  expect(other.headers.get('client-request-id')).toBe(other.headers.get('request-id'));
});

test('errors have the shape of Graph', async () => {
  const { body, headers } = await caller.get<ErrorBody>('/v1.0/users/unknown', { 'client-request-id': 'my-id' });
  expect(body).toEqual({
    error: {
      code: 'Request_ResourceNotFound',
      message: expect.stringContaining("'unknown'"),
      innerError: {
        date: new Date(START).toISOString().slice(0, 19),
        'request-id': headers.get('request-id'),
        'client-request-id': 'my-id',
      },
    },
  });
});

test.each(['', 'Basic abc', 'Bearer '])('is 401 with "%s" for authorization', async (authorization) => {
  const { status, body } = await caller.get<ErrorBody>('/v1.0/users', { authorization });
  expect([status, body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
});

test.each([
  ['GET', '/v1.0/devices', 404],
  ['GET', '/v2.0/users', 400],
  ['GET', '/', 400],
  ['GET', '/v1.0/me', 400],
  ['DELETE', '/v1.0/users/x', 405],
  ['PATCH', '/v1.0/users/x', 405],
  ['GET', '/v1.0/$batch', 404],
])('%s %s is %i', async (method, path, status) => {
  const reply = await caller.call<ErrorBody>(method, path);
  expect(reply.status).toBe(status);
  expect(reply.body.error.innerError['request-id']).toBe(reply.headers.get('request-id'));
});

test('HEAD is 405 without a body', async () => {
  const response = await fetch(`${caller.simulator.url}/v1.0/users`, {
    method: 'HEAD',
    headers: { authorization: 'Bearer x' },
  });
  expect([response.status, await response.text()]).toEqual([405, '']);
});

test('a body that is too large gets 413, and the connection stays open', async () => {
  const { status, body } = await caller.call<ErrorBody>('POST', '/beta/$batch', 'x'.repeat(5 * 1024 * 1024));
  expect([status, body.error.code]).toEqual([413, 'RequestEntityTooLarge']);
  expect((await caller.get('/v1.0/users')).status).toBe(200);
});

test('a caller that leaves in the middle of its request does no harm', async () => {
  const socket = connect(caller.simulator.port, '127.0.0.1');
  socket.write('POST /beta/$batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
  expect((await caller.get('/v1.0/users')).status).toBe(200);
});

test('what a raw # follows is cut off, as in any URL', async () => {
  const socket = connect(caller.simulator.port, '127.0.0.1');
  socket.write('GET /v1.0/organization#and-more HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n');
  const [data] = await new Promise<Buffer[]>((resolve) => socket.once('data', (chunk: Buffer) => resolve([chunk])));
  socket.destroy();
  expect(data?.toString()).toContain('200 OK');
});
