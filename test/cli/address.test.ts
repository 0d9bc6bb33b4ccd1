import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeNow, listen } from '../support/listen.ts';
import { mfa, type Ran } from './mfa.ts';

const TOKEN = 'a-secret-token';
/** No program listens at this port. */
const NO_LOCAL_SERVICE = { TEST_LOCAL_PORT: '9' };
const REMOTE = 'https://mfa.contoso.com/api';

interface Listener {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** The paths that were requested, with the header Authorization. */
  readonly seen: (readonly [string | undefined, string | undefined])[];
}

/** A program that answers like the service, and records the tokens that it gets. */
async function startListener(answer = '{"status":"ok","version":"0","value":[]}'): Promise<Listener> {
  const seen: [string | undefined, string | undefined][] = [];
  const server = createServer((request, response) => {
    seen.push([request.url, request.headers.authorization]);
    if (request.url?.startsWith('/api/audit'))
      response.writeHead(302, { Location: `${elsewhere.url}/api/audit` }).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
  });
  server.keepAliveTimeout = 0; // the command ends at once then
  const { port, url } = await listen(server);
  return { server, port, url, seen };
}

let local: Listener;
let elsewhere: Listener;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'address-'));
  elsewhere = await startListener();
  local = await startListener();
  // Port 7071 may be in use on this machine, so the command connects to the port of this variable instead.
  writeFileSync(
    join(folder, 'otherPort.cjs'),
    `const { Socket } = require('node:net');
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  const [first] = given.flat();
  if (Number(first?.port) === 7071) first.port = Number(process.env.TEST_LOCAL_PORT);
  return connect.apply(this, given);
};`,
  );
});
afterAll(async () => {
  await Promise.all([local, elsewhere].map(({ server }) => closeNow(server)));
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  local.seen.length = 0;
  elsewhere.seen.length = 0;
  writeFileSync(join(folder, 'logins.json'), '{}');
});

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  mfa(args, {
    env: {
      MFA_CONFIG_DIR: folder,
      MFA_URL: '',
      MFA_AUDIENCE: '',
      MFA_ACCESS_TOKEN: '',
      TEST_LOCAL_PORT: String(local.port),
      NODE_OPTIONS: `--require "${join(folder, 'otherPort.cjs')}"`,
      ...env,
    },
  });

/** Stores a sign-in, as `mfa login` does. */
function storeLogin(address: string): void {
  const login = {
    audience: 'api://per-user-mfa',
    authority: 'https://login.microsoftonline.com/contoso.com',
    clientId: '11111111-2222-4333-8444-555555555555',
    homeAccountId: 'a.b',
    username: 'ada@contoso.com',
  };
  writeFileSync(
    join(folder, 'logins.json'),
    JSON.stringify({ version: 1, current: address, logins: { [address]: login } }),
  );
}

const tokensAt = ({ seen }: Listener): unknown[] =>
  seen.map(([, token]) => token).filter((token) => token !== undefined);

describe('an address on this machine that the command guessed', () => {
  it.each(['operation list', 'user list', 'status', 'operation show x'])(
    'gets no token of MFA_ACCESS_TOKEN: mfa %s',
    async (words) => {
      const ran = await run(words.split(' '), { MFA_ACCESS_TOKEN: TOKEN });
      expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/Set --url or MFA_URL.*\(AddressNotNamed\)/) });
      expect(local.seen.map(([path]) => path)).toEqual(['/api/health']);
      expect(tokensAt(local)).toEqual([]);
    },
  );

  it('gets no token of another Azure tool', async () => {
    for (const [args, env] of [
      [['operation', 'list', '--audience', 'api://per-user-mfa'], {}],
      [['operation', 'list'], { MFA_AUDIENCE: 'api://per-user-mfa' }],
    ] as const)
      expect(await run(args, env)).toMatchObject({ code: 1, err: expect.stringContaining('(AddressNotNamed)') });
    expect(tokensAt(local)).toEqual([]);
  });

  it('is used without a token', async () => {
    expect(await run(['operation', 'list'])).toMatchObject({ code: 0 });
    expect(local.seen).toEqual([
      ['/api/health', undefined],
      ['/api/operations', undefined],
    ]);
  });

  it('gets no sign-in', async () => {
    const ran = await run(['login', '--audience', 'api://per-user-mfa']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('mfa login --url http://127.0.0.1:7071/api') });
    expect(local.seen.map(([path]) => path)).toEqual(['/api/health']);
  });

  it('gets a token when it is named', async () => {
    const named = { MFA_URL: `${local.url}/api`, MFA_ACCESS_TOKEN: TOKEN };
    expect(await run(['operation', 'list'], named)).toMatchObject({ code: 0 });
    expect(tokensAt(local)).toEqual([`Bearer ${TOKEN}`]);
  });
});

describe('the address of a login', () => {
  it('gets no token but that of the login', async () => {
    storeLogin(`${elsewhere.url}/api`);
    for (const variable of ['MFA_ACCESS_TOKEN', 'MFA_AUDIENCE']) {
      const ran = await run(['operation', 'list'], { [variable]: TOKEN, ...NO_LOCAL_SERVICE });
      expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(AddressNotNamed)') });
    }
    expect(tokensAt(elsewhere)).toEqual([]);
  });

  it('is not replaced by a program that listens on this machine', async () => {
    storeLogin(REMOTE);
    const ran = await run(['operation', 'list']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(AddressAmbiguous)') });
    expect(tokensAt(local)).toEqual([]);
  });

  it('must be https, also in a file that was changed', async () => {
    storeLogin('http://mfa.contoso.com/api');
    const ran = await run(['operation', 'list'], NO_LOCAL_SERVICE);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(InvalidAddress)') });
  });
});

describe('an address that was named', () => {
  it.each([
    'http://mfa.contoso.com/api',
    'http://127.0.0.1.contoso.com/api',
    'http://127.0.0.1@contoso.com/api',
    'http://localhost.contoso.com/api',
    'http://0.0.0.0:7071/api',
    'ftp://127.0.0.1/api',
    'contoso',
  ])('gets no token unencrypted: %s', async (address) => {
    const ran = await run(['operation', 'list', '--url', address], { MFA_ACCESS_TOKEN: TOKEN });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(InvalidAddress)') });
    expect(tokensAt(local)).toEqual([]);
  });

  it('does not pass a token on with a redirection', async () => {
    const env = { MFA_URL: `${local.url}/api`, MFA_ACCESS_TOKEN: TOKEN };
    for (const args of [['audit'], ['audit', '--export', 'csv']]) expect((await run(args, env)).code).toBe(1);
    expect(tokensAt(local).length).toBeGreaterThan(0);
    expect(elsewhere.seen).toEqual([]);
  });

  it('gets no token of a login to another address', async () => {
    storeLogin(REMOTE);
    expect(await run(['operation', 'list', '--url', `${elsewhere.url}/api`])).toMatchObject({ code: 0 });
    expect(elsewhere.seen).toEqual([['/api/operations', undefined]]);
  });
});
