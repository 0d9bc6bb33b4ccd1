import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../testHost.ts';

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  params: Record<string, string>;
  query: [string, string][];
  body: string;
  bytes: number;
  traceParent: string;
  functionName: string;
  hasTriggerMetadata: boolean;
}

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('http-cjs', { env: { 'AzureWebJobs.switchedOff.Disabled': 'true' } });
});
afterAll(() => host?.child.stop());

/** A request whose path reaches the host as it is written here. */
function raw(
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.url);
    const request = httpRequest({ hostname, port, path, method, headers }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body });
    });
    request.on('error', reject).end();
  });
}

describe('a request', () => {
  test.each(['a b', 'a/b', 'a@b', '[', 'host:port'])(
    'to a host whose name is none, %j, is answered with 400',
    async (name) => {
      expect(await raw('/api/byName', 'GET', { host: name })).toEqual({ status: 400, body: '' });
      await host.line(/warning +A request was refused with 400: The Host header names no host/);
    },
  );

  test('may have names in its query and headers that every object has', async () => {
    const { body } = await raw('/api/echo/7?constructor=1&toString=2&__proto__=3', 'GET', { constructor: 'x' });
    const echo = JSON.parse(body) as Echo;
    expect(echo.query.filter(([name]) => name !== '__proto__')).toEqual([
      ['constructor', '1'],
      ['toString', '2'],
    ]);
    expect(echo.headers.constructor).toBe('x');
  });

  test('reaches the handler with its method, address, parameters, query and body as bytes', async () => {
    const sent = Buffer.from([0, 255, 10, 13]);
    const response = await fetch(`${host.url}/api/echo/7/some%20name?a=1&a=2&b=x%20y&empty=`, {
      method: 'POST',
      body: sent,
      headers: { 'X-Mixed-Case': 'Value', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-custom')).toBe('yes');
    expect(response.headers.get('content-type')).toBe('application/json');
    const echo = (await response.json()) as Echo;
    expect(echo).toMatchObject({
      method: 'POST',
      url: `${host.url}/api/echo/7/some%20name?a=1&a=2&b=x%20y&empty=`,
      params: { id: '7', name: 'some name' },
      query: [
        ['a', '1,2'],
        ['b', 'x y'],
        ['empty', ''],
      ],
      body: sent.toString('base64'),
      functionName: 'echo',
      hasTriggerMetadata: false,
    });
    expect(echo.headers['x-mixed-case']).toBe('Value');
    expect(echo.traceParent).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  });

  test('with a GET has no body, even when one was sent', async () => {
    const { hostname, port } = new URL(host.url);
    const echo = await new Promise<Echo>((resolve, reject) => {
      const headers = { 'content-length': 4 };
      const request = httpRequest({ hostname, port, path: '/api/echo/1', headers }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve(JSON.parse(body));
      });
      request.on('error', reject).end('body');
    });
    expect(echo.bytes).toBe(0);
    await host.line(/warning.*Discarding the body of the incoming GET request/);
  });

  test('whose body is sent in chunks, without Content-Length, arrives without it', async () => {
    const body = new Blob(['{"a":1}']).stream();
    const response = await fetch(`${host.url}/api/echo/1`, { method: 'POST', body, duplex: 'half' });
    const echo = (await response.json()) as Echo;
    expect(echo.bytes).toBe(0);
    expect(echo.headers['transfer-encoding']).toBe('chunked');
  });

  test('that expects 100 Continue gets it when a function takes the request', async () => {
    const ask = (path: string): Promise<{ status: number; continued: boolean; body: string }> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(host.url);
        const headers = { 'content-length': 4, expect: '100-continue' };
        let continued = false;
        const request = httpRequest({ hostname, port, path, method: 'POST', headers }, async (response) => {
          let body = '';
          for await (const chunk of response) body += chunk;
          resolve({ status: response.statusCode ?? 0, continued, body });
          request.destroy();
        });
        request.on('continue', () => {
          continued = true;
          request.end('body');
        });
        request.on('error', reject).flushHeaders();
      });
    const taken = await ask('/api/echo/1');
    expect([taken.status, taken.continued, (JSON.parse(taken.body) as Echo).bytes]).toEqual([202, true, 4]);
    expect(await ask('/api/nowhere')).toEqual({ status: 404, continued: false, body: '' });
  });

  test('may have a large body', async () => {
    const response = await fetch(`${host.url}/api/echo/1`, { method: 'POST', body: Buffer.alloc(20_000_000, 'x') });
    expect(((await response.json()) as Echo).bytes).toBe(20_000_000);
  });

  test('that announces more than 100 MB fails as an invocation', async () => {
    const { hostname, port } = new URL(host.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-length': 104_857_601 };
      const request = httpRequest({ hostname, port, path: '/api/echo/1', method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject).flushHeaders();
    });
    expect(status).toBe(500);
    await host.line(/error +echo \S+ failed in \d+ ms: BodyTooLargeError/);
  });
});

describe('routes', () => {
  test.each([
    // The first that fits, in the order of the names: anyThing, guidThing, specialThing.
    ['/api/things/special', 'anyThing', { thing: 'special' }],
    ['/API/Things/SPECIAL/', 'anyThing', { thing: 'SPECIAL' }],
    ['/api/things/a%2Fb%20c%C3%A4', 'anyThing', { thing: 'a%2Fb cä' }],
    ['/api/files/a/b%20c/d.txt', 'files', { rest: 'a/b c/d.txt' }],
    ['/api/files', 'files', {}],
    ['/api/byname', 'byName', {}],
    ['/api/other/%2e%2e/byName', 'byName', {}],
  ])('%s goes to %s', async (path, name, params) => {
    expect(JSON.parse((await raw(path)).body)).toEqual({ name, params });
  });

  test.each([
    ['GET', '/api/nowhere'],
    ['GET', '/'],
    ['GET', '/api/echo/notANumber'],
    ['GET', '/api/echo/1/2/3'],
    ['DELETE', '/api/echo/1'],
    ['GET', '/api/switchedOff'],
    ['GET', '/things/special'],
  ])('%s %s is answered with an empty 404', async (method, path) => {
    expect(await raw(path, method)).toEqual({ status: 404, body: '' });
  });
});

describe('an answer', () => {
  test('is an empty 500 when the handler throws, and the log says why', async () => {
    const response = await fetch(`${host.url}/api/throws`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    expect(await host.line(/ error +throws \S+ failed in \d+ ms: Error: deliberate/)).toContain('index.js');
  });

  test('is an empty 204 when the handler returns nothing', async () => {
    const response = await fetch(`${host.url}/api/nothing`);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('carries status, text and cookies', async () => {
    const response = await fetch(`${host.url}/api/cookies`);
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('plain');
    expect(response.headers.getSetCookie()).toEqual([
      'a=x%20y; path=/; samesite=lax; httponly',
      'b=2; max-age=60; path=/b; secure',
    ]);
  });

  test.each([
    ['GET', 200, '?body'],
    ['GET', 200, '?body&length'],
    ['GET', 200, ''],
    ['GET', 204, ''],
    ['GET', 304, ''],
    ['HEAD', 200, '?body'],
  ])('may announce a trailer that does not come: %s, %i, %s', async (method, status, query) => {
    const response = await fetch(`${host.url}/api/trailer/${status}${query}`, { method });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(method === 'GET' && query.includes('body') ? 'body' : '');
  });

  test('is an empty 500 when a header has other characters than ASCII, and the log says which', async () => {
    const response = await fetch(`${host.url}/api/unwritable`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    await host.line(/error +unwritable: The header "x-name" of the response has other characters than ASCII/);
  });

  test('is a 500 when the handler takes longer than functionTimeout', async () => {
    const response = await fetch(`${host.url}/api/slow?ms=4000`);
    expect(response.status).toBe(500);
    await host.line(/error +slow \S+ failed in \d{4,} ms: Timeout value of 2 s was exceeded/);
  });
});

test('each invocation leaves one line, and the log of the app is marked as its own', async () => {
  const before = host.lines.length;
  await fetch(`${host.url}/api/slow?ms=1`);
  await host.line(/information slow [0-9a-f-]{36} succeeded in \d+ ms$/);
  const lines = host.lines.slice(before).filter((line) => line.includes(' slow ') && !line.includes('failed'));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/information slow [0-9a-f-]{36} \| started to be slow$/);
});
