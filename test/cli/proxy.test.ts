import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mfa, type Ran } from './mfa.ts';

const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
const certificate = join(folder, 'certificate.pem');
const key = join(folder, 'key.pem');
/** A host that only the proxy knows. */
const HOST = 'mfa.contoso.invalid';

let service: Server;
let proxy: Server;
let proxyUrl: string;
/** What clients wanted to be connected with. */
const wanted: string[] = [];

beforeAll(async () => {
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  );
  service = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, ({ headers }, response) => {
    const known = headers.authorization === 'Bearer a-token';
    response
      .writeHead(known ? 200 : 401, { 'Content-Type': 'application/json' })
      .end(known ? '{"value":[]}' : '{"error":{"code":"Unauthorized","message":"No token."}}');
  });
  proxy = createPlainServer().on('connect', (request, client) => {
    wanted.push(request.url ?? '');
    const upstream = connect(portOf(service), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => upstream.destroy());
  });
  for (const server of [service, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
  proxyUrl = `http://127.0.0.1:${portOf(proxy)}`;
});
afterAll(() => {
  for (const server of [service, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  wanted.length = 0;
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function run(url: string, variables: Readonly<Record<string, string>>): Promise<Ran> {
  const none = { HTTPS_PROXY: '', https_proxy: '', HTTP_PROXY: '', http_proxy: '', NO_PROXY: '', no_proxy: '' };
  return mfa(['operation', 'list', '--json'], {
    env: { ...none, MFA_URL: url, MFA_ACCESS_TOKEN: 'a-token', NODE_EXTRA_CA_CERTS: certificate, ...variables },
  });
}

describe('a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('of %s is obeyed', async (name) => {
    const ran = await run(`https://${HOST}/api`, { [name]: proxyUrl });
    expect(ran, ran.err).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(wanted).toContain(`${HOST}:443`);
  });

  it('is not asked for hosts of NO_PROXY, nor for this machine', async () => {
    const excepted = await run(`https://${HOST}/api`, { HTTPS_PROXY: proxyUrl, NO_PROXY: '.contoso.invalid' });
    expect(excepted).toMatchObject({ code: 1, err: expect.stringContaining('NotReachable') });
    const here = createPlainServer((_, response) => response.end('{"value":[]}'));
    await once(here.listen(0, '127.0.0.1'), 'listening');
    const ran = await run(`http://127.0.0.1:${portOf(here)}/api`, { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl });
    here.close();
    expect(ran).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(wanted).toEqual([]);
  });

  it('that does not answer is named, without its password', async () => {
    const ran = await run(`https://${HOST}/api`, { HTTPS_PROXY: 'http://user:secret@127.0.0.1:9' });
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('127.0.0.1:9') });
    expect(ran.err).not.toContain('secret');
  });
});
