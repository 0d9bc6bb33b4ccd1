import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { mfa, type Ran, script } from './mfa.ts';

const AUDIENCE = 'api://per-user-mfa';
let parts: Parts;
let app: App;
let config: string;
const folder = mkdtempSync(join(tmpdir(), 'sign-in-'));

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  app = await startApp(parts, { API_AUTH: 'entra', API_AUDIENCE: AUDIENCE, API_AUTHORITY: parts.graph.url });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  config = mkdtempSync(join(folder, 'config-'));
});

const environment = () => ({ MFA_CONFIG_DIR: config, BROWSER: '', DISPLAY: '', WAYLAND_DISPLAY: '' });
const run = (...args: string[]): Promise<Ran> => mfa(args, { env: environment() });

/** Signs in with the code that is shown, as a user with a browser on another device does. */
async function withDevice(args: readonly string[], answer = ''): Promise<Ran> {
  const child = spawn(process.execPath, [script, 'login', '--device-code', ...args], {
    env: { ...process.env, ...environment() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  let code: number | null | undefined;
  child.once('close', (ended) => {
    code = ended;
  });
  const page = await waitUntil(() => /open the page (\S+)/.exec(err)?.[1] ?? code !== undefined, 'a code is shown');
  if (typeof page === 'string') await fetch(`${page}${answer}`);
  await waitUntil(() => code !== undefined, 'the command has ended');
  return { code: code ?? null, out, err };
}

const here = (): string[] => ['--url', app.url, '--audience', AUDIENCE];

describe('mfa login', () => {
  it('with a device code serves the commands after it, which need no address and no audience', async () => {
    const alice = parts.people.one();
    const signedIn = await withDevice(here(), `&user=${alice.name}`);
    expect(signedIn, signedIn.err).toMatchObject({ code: 0, out: `Signed in to ${app.url} as ${alice.name}.\n` });
    const enabled = await run('enable', parts.people.one().name, '--reason', 'A test', '--json');
    expect(enabled.code, enabled.err).toBe(0);
    expect(JSON.parse(enabled.out)).toMatchObject({ actor: { kind: 'user', id: alice.id }, counts: { applied: 1 } });
  });

  // Windows has no modes: the folder is the user's own there.
  it.skipIf(process.platform === 'win32')('keeps tokens where only the user can read them', async () => {
    await withDevice(here());
    const files = readdirSync(config);
    expect(files.toSorted()).toEqual(['logins.json', 'tokens.json']);
    for (const file of files) expect(statSync(join(config, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(config, 'logins.json'), 'utf8')).not.toMatch(/eyJ/);
    // Also when the file was there, readable by all.
    chmodSync(join(config, 'tokens.json'), 0o644);
    await withDevice(here());
    expect(statSync(join(config, 'tokens.json')).mode & 0o777).toBe(0o600);
  });

  // A script stands in for the browser.
  it.skipIf(process.platform === 'win32')('with a browser', async () => {
    const browser = join(folder, 'browser.mjs');
    writeFileSync(browser, `#!${process.execPath}\nawait fetch(process.argv[2]);\n`);
    chmodSync(browser, 0o755);
    const ran = await mfa(['login', ...here()], { env: { ...environment(), BROWSER: browser } });
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toContain(`Signed in to ${app.url} as `);
    expect((await run('operation', 'list')).code).toBe(0);
  });

  it('lasts as long as tokens can be renewed, and then tells how to continue', async () => {
    await withDevice(here());
    const tokens = join(config, 'tokens.json');
    const expired = readFileSync(tokens, 'utf8').replaceAll(/"(expires_on|extended_expires_on)":"\d+"/g, '"$1":"1"');
    writeFileSync(tokens, expired);
    const before = parts.graph.counters.tokensIssued;
    expect((await run('operation', 'list')).code).toBe(0);
    expect(parts.graph.counters.tokensIssued).toBe(before + 1);
    writeFileSync(
      tokens,
      readFileSync(tokens, 'utf8')
        .replaceAll(/"(expires_on|extended_expires_on)":"\d+"/g, '"$1":"1"')
        .replaceAll(/("credential_type":"RefreshToken"[^}]*"secret":")[^"]+/g, '$1revoked')
        .replaceAll(/("secret":")[^"]+("[^}]*"credential_type":"RefreshToken")/g, '$1revoked$2'),
    );
    const revoked = await run('operation', 'list');
    expect(revoked).toMatchObject({ code: 1, err: expect.stringMatching(/AADSTS700082.*mfa login/) });
  });

  it("tells Entra's own code and what to do", async () => {
    const wrong = await withDevice(['--url', app.url, '--audience', 'api://11111111-2222-4333-8444-555555555555']);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/AADSTS500011.*App ID URI/s) });
    const declined = await withDevice(here(), '&decline=true');
    expect(declined).toMatchObject({ code: 1, err: expect.stringContaining('AADSTS65004') });
    for (const ran of [wrong, declined]) expect(ran.err).not.toMatch(/^\s+at /m);
  });

  it('serves its own address only', async () => {
    await withDevice(here());
    // The same service under another name of this machine.
    const other = app.url.replace('127.0.0.1', 'localhost');
    const ran = await run('operation', 'list', '--url', other);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(Unauthorized)') });
    expect((await run('operation', 'list')).code).toBe(0);
  });

  it('needs to know which API, and a service that asks who calls', async () => {
    expect(await run('login', '--url', app.url)).toMatchObject({ code: 1, err: expect.stringContaining('--audience') });
    const away = await run('login', '--url', 'http://127.0.0.1:9/api', '--audience', AUDIENCE);
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('--url') });
  });
});

describe('mfa status and mfa logout', () => {
  it('show who is signed in with which roles, and end it', async () => {
    expect(await run('logout')).toMatchObject({ code: 1, err: expect.stringContaining('not signed in') });
    const before = await run('status', '--url', app.url);
    expect(before).toMatchObject({ code: 1, out: expect.stringContaining(app.url) });
    const alice = parts.people.one();
    await withDevice(here(), `&user=${alice.name}`);
    const status = await run('status', '--json');
    expect(status.code, status.err).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({
      address: app.url,
      user: alice.name,
      tenant: parts.graph.tenantId,
      roles: expect.arrayContaining(['MfaState.Weaken']),
      access: 'accepted',
    });
    expect((await run('status')).out).toContain(alice.name);
    expect(await run('logout')).toMatchObject({ code: 0, out: `Signed out of ${app.url}.\n` });
    expect(readFileSync(join(config, 'tokens.json'), 'utf8')).not.toMatch(/eyJ/);
    expect((await run('status', '--url', app.url)).code).toBe(1);
  });

  it('a file that is damaged counts as no sign-in', async () => {
    writeFileSync(join(config, 'logins.json'), '{');
    writeFileSync(join(config, 'tokens.json'), '{');
    expect((await run('operation', 'list', '--url', app.url)).code).toBe(1);
    expect((await withDevice(here())).code).toBe(0);
  });
});

// A script stands in for the Azure CLI.
describe.skipIf(process.platform === 'win32')("signing in as Azure's tools do", () => {
  it('tells the reason of each of them, and how to sign in without a subscription', async () => {
    const env = { ...environment(), PATH: folder, HOME: folder, MFA_URL: app.url, MFA_AUDIENCE: AUDIENCE };
    const ran = await mfa(['operation', 'list'], { env });
    expect(ran).toMatchObject({ code: 1, out: '' });
    for (const way of ['EnvironmentCredential', 'ManagedIdentityCredential', 'Azure CLI', 'PowerShell'])
      expect(ran.err).toContain(way);
    expect(ran.err).toContain('mfa login');
    expect(ran.err).toContain('az login --tenant TENANT --allow-no-subscriptions');
  });

  it('tells what Entra said to one that got through, and not what was missing to others', async () => {
    // The Azure CLI as it answers where the API does not know it.
    const az = join(folder, 'az');
    const said =
      "ERROR: AADSTS65001: The user or administrator has not consented to use the application with ID '04b07795-8ddb-461a-bbee-02f9e1bf7b46'. Trace ID: 1 Correlation ID: 2 Timestamp: 3";
    writeFileSync(az, `#!/bin/sh\necho "${said}" >&2\nexit 1\n`);
    chmodSync(az, 0o755);
    const env = {
      ...environment(),
      PATH: `${folder}:/bin:/usr/bin`,
      HOME: folder,
      MFA_URL: app.url,
      MFA_AUDIENCE: AUDIENCE,
    };
    const ran = await mfa(['operation', 'list'], { env });
    expect(ran.err).toMatch(/AADSTS65001: The user or administrator has not consented.*Expose an API/);
    expect(ran.err).not.toContain('Trace ID');
  });
});
