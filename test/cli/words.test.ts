import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { ListedUserView } from '../../shared/http/listedUserView.ts';
import { runProgram } from '../support/runProgram.ts';
import { mfa, script } from './mfa.ts';
import { onTerminal } from './onTerminal.ts';

/** What the service answers, by path. */
const answers: Record<string, { readonly status?: number; readonly body: string }> = {};
const server = createServer(({ url = '' }, response) => {
  const { status = 200, body } = answers[url.replace(/^\/api\//, '').replace(/\?.*/, '')] ?? {
    status: 404,
    body: '{}',
  };
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
});
// A client that waits for the end of the connection waits without limit.
server.keepAliveTimeout = 0;
let url: string;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api`;
});
afterAll(() => {
  server.close();
});

const NO_STACK = /^\s+at |ZodError|TypeError|SyntaxError|node:internal/m;

describe('an answer that the service never gives ends with a message', () => {
  it.each([
    ['a page for people', '<!doctype html><p>Sign in'],
    ['nothing', ''],
    ['half an answer', '{"value":[{"id":"'],
    ['another API', '{"items":[]}'],
    ['entries of another kind', '{"value":[{"name":"x"}]}'],
    ['a list that is none', '{"value":"x"}'],
  ])('%s', async (_what, body) => {
    answers.operations = { body };
    const ran = await mfa(['operation', 'list'], { env: { MFA_URL: url } });
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('(UnexpectedAnswer)');
    expect(ran.err).not.toMatch(NO_STACK);
    const asJson = await mfa(['operation', 'list', '--json'], { env: { MFA_URL: url } });
    expect(JSON.parse(asJson.err)).toMatchObject({ error: { code: 'UnexpectedAnswer' } });
  });

  it('a list that leads elsewhere', async () => {
    answers.operations = { body: '{"value":[],"nextLink":"https://example.com/x"}' };
    const ran = await mfa(['operation', 'list'], { env: { MFA_URL: url } });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(ForeignLink)') });
  });
});

/** A user as a list of the service has it. */
function listedUser(id: string, userPrincipalName: string): ListedUserView {
  return {
    id,
    userPrincipalName,
    displayName: null,
    userType: null,
    accountEnabled: true,
    administrator: null,
    licensed: null,
    methodClass: null,
    state: 'enabled',
    registered: null,
    enabledDateTime: null,
    registeredDateTime: null,
    changedDateTime: null,
  };
}

/** Every character that a terminal obeys, or that a reader cannot see, with letters around each. */
const HIDDEN = Array.from({ length: 0xe0200 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(character));
const AS_SEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const hiddenIn = (text: string): string[] =>
  [...text.replaceAll('\n', '')].filter((character) => AS_SEEN.test(character));

describe('text from outside cannot steer a terminal', () => {
  const evil = '\u001B]0;title\u0007\u001B[31mred\u202Etxt.exe';

  it('in a table and in an error: what is hidden is shown', async () => {
    answers.users = { body: JSON.stringify({ value: [listedUser('1', evil), listedUser('2', 'a\nb')] }) };
    const list = await mfa(['user', 'list'], { env: { MFA_URL: url } });
    expect(list.code, list.err).toBe(0);
    expect(list.out).toContain('<U+001B>]0;title<U+0007><U+001B>[31mred<U+202E>txt.exe');
    expect(list.out).toContain('a<U+000A>b');
    expect(list.out.trim().split('\n')).toHaveLength(3);
    answers['users/x/mfa-state'] = {
      status: 404,
      body: JSON.stringify({ error: { code: 'UserNotFound', message: `No user ${evil}.` } }),
    };
    const error = await mfa(['user', 'show', 'x'], { env: { MFA_URL: url } });
    expect(error.err).toBe('No user <U+001B>]0;title<U+0007><U+001B>[31mred<U+202E>txt.exe. (UserNotFound)\n');
  });

  it('whatever the character, in a table, an error, a debug message and JSON, which has the exact text', async () => {
    expect(HIDDEN.length).toBeGreaterThan(400);
    const names = HIDDEN.map((character) => `a${character}b\u0041\u030a`);
    answers.users = { body: JSON.stringify({ value: names.map((name, index) => listedUser(String(index), name)) }) };
    const list = await mfa(['user', 'list', '--all'], { env: { MFA_URL: url } });
    expect(hiddenIn(list.out)).toEqual([]);
    expect(list.out.trimEnd().split('\n')).toHaveLength(names.length + 1);
    const json = await mfa(['user', 'list', '--json'], { env: { MFA_URL: url } });
    expect(hiddenIn(json.out)).toEqual([]);
    expect(
      JSON.parse(json.out).map(({ userPrincipalName }: { userPrincipalName: string }) => userPrincipalName),
    ).toEqual(names);

    const message = names.join(' ');
    answers['users/x/mfa-state'] = {
      status: 400,
      body: JSON.stringify({ error: { code: 'Invalid', message, details: [{ code: 'a', target: evil, message }] } }),
    };
    const failed = await mfa(['user', 'show', 'x'], { env: { MFA_URL: url, MFA_DEBUG: '1' } });
    expect(failed.code).toBe(1);
    expect(hiddenIn(failed.err)).toEqual([]);
    const asJson = await mfa(['user', 'show', 'x', '--json'], { env: { MFA_URL: url } });
    expect(hiddenIn(asJson.err)).toEqual([]);
    expect(JSON.parse(asJson.err).error.message).toBe(message);
  });

  it('in the version of a service, and in a file', async () => {
    answers.health = { body: JSON.stringify({ status: 'ok', version: evil }) };
    for (const args of [['version'], ['version', '--json']]) {
      const { out } = await mfa(args, { env: { MFA_URL: url } });
      expect(hiddenIn(out)).toEqual([]);
      expect(out).toContain('txt.exe');
    }
    const file = `${evil}\n${'x\u009b31m'.repeat(3)}\n`;
    const refused = await mfa(['enable', '-', '--reason', 'x'], { env: { MFA_URL: url }, input: file });
    expect(refused.code).toBe(1);
    expect(hiddenIn(refused.err)).toEqual([]);
  });
});

// The pseudo-terminal is made by a program of Linux.
describe.skipIf(process.platform !== 'linux')('an export', () => {
  const reason = '\u009b31mred\u202Etxt.exe';

  it.each([
    ['csv', `user,reason\r\na,${reason}\r\n`, 'a,<U+009B>31mred<U+202E>txt.exe'],
    ['ndjson', `${JSON.stringify({ reason })}\n`, '{"reason":"\\u009b31mred\\u202etxt.exe"}'],
  ])('as %s is harmless on a terminal, and exact in a pipe', async (format, body, shown) => {
    answers[format === 'csv' ? 'audit/export' : 'audit/export/ndjson'] = { body };
    const args = ['audit', '--export', format];
    const { raw } = await onTerminal(args, { env: { MFA_URL: url }, columns: 80 });
    expect(raw).toContain(shown);
    expect(hiddenIn(raw.replaceAll('\r', ''))).toEqual([]);
    expect((await mfa(args, { env: { MFA_URL: url } })).out).toBe(body);
  });
});

describe('results whose reader has gone', () => {
  it('end the command in silence', async () => {
    answers.users = {
      body: JSON.stringify({
        value: Array.from({ length: 20_000 }, (_, index) => listedUser(String(index), 'x'.repeat(100))),
      }),
    };
    const child = spawn(process.execPath, [script, 'user', 'list', '--all', '--json'], {
      env: { ...process.env, MFA_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('a command', () => {
  it('ends although it does not read an answer', async () => {
    answers.operations = { body: 'nothing to read' };
    const ran = await mfa(['login', '--url', url, '--audience', 'api://per-user-mfa'], {
      env: { MFA_CONFIG_DIR: join(tmpdir(), `mfa-${process.pid}`) },
    });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('does not ask') });
  });

  it('loads neither fetch nor what signs in, which take longer than all else that it does', async () => {
    answers.operations = { body: '{"value":[]}' };
    const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
    const tellLoaded = join(folder, 'tellLoaded.cjs');
    const ofNode = "process.moduleLoadList.filter((name) => name.includes('deps/undici/undici'))";
    writeFileSync(
      tellLoaded,
      `process.on('exit', () => console.error(JSON.stringify([...${ofNode}, ...Object.keys(require.cache)])));`,
    );
    const env = { MFA_URL: url, NODE_OPTIONS: `--require "${tellLoaded}"` };
    const { code, err } = await mfa(['operation', 'list'], { env });
    rmSync(folder, { recursive: true });
    expect(code).toBe(0);
    expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toEqual([tellLoaded, script]);
  });
});

describe('mfa audit --output', () => {
  it('exports in the format of the file extension, or asks for it', async () => {
    answers['audit/export'] = { body: 'exported' };
    const file = join(tmpdir(), `${process.pid}.csv`);
    expect(await mfa(['audit', '--output', file], { env: { MFA_URL: url } })).toMatchObject({ code: 0, out: '' });
    const ran = await mfa(['audit', '--output', 'audit.txt'], { env: { MFA_URL: url } });
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--export csv or --export ndjson') });
    const both = await mfa(['audit', '--export', 'csv', '--limit', '3'], { env: { MFA_URL: url } });
    expect(both).toMatchObject({ code: 1, out: '' });
  });
});

describe('mfa policy', () => {
  it('shows a policy without a licence as off, not as unknown', async () => {
    const fact = { checkedDateTime: '2026-03-01T08:00:00.000Z', ageSeconds: 0 };
    answers['tenant/policy'] = {
      body: JSON.stringify({
        conditionalAccess: {
          ...fact,
          isOn: null,
          whyUnknown: 'The tenant has no licence for it, so it cannot be in use.',
        },
        securityDefaults: {
          ...fact,
          isOn: null,
          whyUnknown: 'The service lacks the permission Policy.Read.All on Microsoft Graph.',
        },
        protectedAccounts: { count: 2, unresolved: ['breakglas@contoso.com'] },
        privilegedAccounts: { count: null, whyUnknown: 'Microsoft Graph could not be asked.', isProtected: true },
        halt: {
          reason: 'An attack',
          by: { kind: 'user', id: '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63' },
          sinceDateTime: '2026-03-01T08:00:00.000Z',
        },
        lowering: { usersPerDay: 50, leftToday: 49 },
      }),
    };
    const { out } = await mfa(['policy'], { env: { MFA_URL: url } });
    expect(out).toMatch(/^Protected accounts +2 .*names accounts that do not exist/m);
    expect(out).toContain('breakglas@contoso.com');
    expect(out).toMatch(/^Privileged accounts +not known +Microsoft Graph could not be asked/m);
    expect(out).toMatch(/^All changes halted +yes +since 2026-03-01T08:00:00Z, by 5f0c7a52/m);
    expect(out).toMatch(/^Conditional Access requires MFA +no +The tenant has no licence/m);
    expect(out).toMatch(/^Security defaults +not known +The service lacks/m);
  });
});

describe('versions', () => {
  it('are those of both ends', async () => {
    answers.health = { body: '{"status":"ok","version":"1.2.3"}' };
    answers['users/summary'] = { body: '{}' };
    for (const words of [['version'], ['--version'], ['-V']]) {
      const ran = await mfa(words, { env: { MFA_URL: url } });
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toContain(`mfa      ${packageJson.version} `);
      expect(ran.out).toContain(`service  1.2.3 at ${url}`);
    }
    const status = await mfa(['status'], { env: { MFA_URL: url } });
    expect(status.out).toMatch(new RegExp(`^Version +1\\.2\\.3 \\(command line ${packageJson.version}\\)`, 'm'));
    const away = await mfa(['version', '--json'], { env: { MFA_URL: 'http://127.0.0.1:9/api' } });
    expect(JSON.parse(away.out)).toMatchObject({
      commandLine: packageJson.version,
      service: { problem: expect.stringContaining('does not answer') },
    });
  });
});

describe('a Node.js that is too old', () => {
  it.each(['16.20.2', '18.20.0', '20.18.1', '21.7.3', '22.11.0', '23.0.0'])('%s ends with words', async (version) => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
    const root = new URL('../../', import.meta.url);
    for (const script of ['bin/mfa.mjs', 'build.mjs']) {
      const ran = await runProgram(process.execPath, [
        '--import',
        `data:text/javascript,${encodeURIComponent(pretend)}`,
        fileURLToPath(new URL(script, root)),
      ]);
      expect(ran).toEqual({ code: 1, out: '', err: expect.stringContaining(`This is Node.js ${version}.`) });
    }
  });
});
