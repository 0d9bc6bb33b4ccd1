import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { type App, startApp } from '../support/app.ts';
import { type FaultyApi, startFaultyApi } from '../support/faultyApi.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { type Ended, runProgram } from '../support/runProgram.ts';

let parts: Parts;
let app: App;
/** The same app, where callers need a token. */
let entra: App;
let faulty: FaultyApi;
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  const auth = { API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: parts.graph.url };
  [app, entra] = await Promise.all([startApp(parts), startApp(parts, auth)]);
  faulty = await startFaultyApi(new URL(app.url).origin);
});
afterAll(async () => {
  await Promise.all([app.child.stop(), entra.child.stop(), faulty.close()]);
  await parts.close();
  rmSync(folder, { recursive: true });
});

interface Asked {
  readonly state?: string;
  readonly reason?: string;
  readonly url?: string;
  readonly token?: string;
}

/** Asks an example to change users. */
type Ask = (users: readonly string[], asked?: Asked) => Promise<Ended>;

const environmentOf = ({ url = app.url, token }: Asked) => ({
  MFA_URL: url,
  MFA_ACCESS_TOKEN: token,
  OPERATION_ID: undefined,
});

const askBash: Ask = async (users, asked = {}) => {
  const file = join(folder, `${randomUUID()}.csv`);
  writeFileSync(file, `user\n${users.join('\n')}\n`);
  const args = [join(examples, 'change.sh'), asked.state ?? 'enabled', file, asked.reason ?? 'a test'];
  return runProgram('bash', args, environmentOf(asked));
};
const askNode: Ask = async (users, asked = {}) => {
  const args = [join(examples, 'change.mjs'), asked.state ?? 'enabled', asked.reason ?? 'a test', ...users];
  return runProgram(process.execPath, args, environmentOf(asked));
};

// Windows has no bash of its own. What PowerShell does is in test/conformance.
const asks: [string, Ask][] = [['Node.js', askNode]];
if (process.platform !== 'win32') asks.push(['bash and curl', askBash]);

describe.concurrent.each(asks)('the example for %s', (_, ask) => {
  it('changes users, and ends with 0', async () => {
    const people = parts.people.take(2);
    const reason = 'Wave 2: grün & "gut"';
    const ran = await ask(
      people.map(({ name }) => name),
      { reason },
    );
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toContain('Succeeded');
    for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(1);
    const { body } = await app.get<{ value: { reason: string }[] }>('operations');
    expect(body.value.map((one) => one.reason)).toContain(reason);
  });

  it('ends with 2 and tells who failed, however many pages they are', async () => {
    const unknown = Array.from({ length: 1_050 }, (_each, number) => `unknown-${number}@contoso.com`);
    const ran = await ask([parts.people.one().name, ...unknown]);
    expect(ran.code, ran.err).toBe(2);
    for (const name of unknown) expect(ran.out + ran.err).toContain(name);
    expect(ran.out + ran.err).toContain('userNotFound');
  });

  it('tells what the API says of a request that it does not take, at once', async () => {
    const key = randomUUID();
    const ran = await ask([parts.people.one().name], { state: 'on', url: `${faulty.url}/${key}/drop/0/api` });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('400');
    expect(ran.err).toContain('InvalidRequest');
    expect(ran.err).toContain('must be one of');
    expect(ran.err).toMatch(/^400 InvalidRequest: The request is not valid: state must .*\n {2}state: must /);
    expect(ran.err).not.toContain('{');
    expect(faulty.seen(key)).toHaveLength(1);
  });

  it.each(['503-1', '503-date', '429-1', '503', '502', '500', 'drop', 'lose', 'cut'])(
    'tries again after %s, and it is the same operation',
    async (fault) => {
      const key = randomUUID();
      const ran = await ask([parts.people.one().name], { url: `${faulty.url}/${key}/${fault}/1/api` });
      expect(ran.code, ran.err).toBe(0);
      const [first, second] = faulty.seen(key);
      expect([first, second]).toMatchObject([{ method: 'POST' }, { method: 'POST', fault: null }]);
      expect(first?.operationId).toMatch(/^[0-9a-f-]{36}$/);
      expect(second?.operationId).toBe(first?.operationId);
    },
  );

  it('waits as long as Retry-After asks for', async () => {
    const key = randomUUID();
    await ask([parts.people.one().name], { url: `${faulty.url}/${key}/503-3/1/api` });
    const [first, second] = faulty.seen(key);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(2_900);
  });

  it('reports an API that keeps failing, and an address without a server', async () => {
    const key = randomUUID();
    const failing = await ask(['a@contoso.com'], { url: `${faulty.url}/${key}/503-0/99/api` });
    expect(failing).toMatchObject({ code: 1, err: expect.stringContaining('503') });
    expect(faulty.seen(key)).toHaveLength(5);
    expect(failing.err).toContain(`OPERATION_ID=${faulty.seen(key)[0]?.operationId}`);
    const away = await ask(['a@contoso.com'], { url: 'http://127.0.0.1:1/api' });
    expect(away).toMatchObject({ code: 1, err: expect.stringMatching(/127\.0\.0\.1:1.* cannot be reached: ./) });
  });

  it('sends its token, and tells that it is missing or has not the role', async () => {
    const token = (roles: readonly string[]) => graphControl(parts.graph.url).token({ roles: [...roles] });
    const person = parts.people.one();
    const { url } = entra;
    expect(await ask([person.name], { url })).toMatchObject({ code: 1, err: expect.stringContaining('Unauthorized') });
    const weak = await ask([person.name], { url, token: await token(['MfaState.Read']) });
    expect(weak).toMatchObject({ code: 1, err: expect.stringContaining('MfaState.Strengthen') });
    const ran = await ask([person.name], { url, token: await token(['MfaState.Strengthen', 'MfaState.Read']) });
    expect(ran.code, ran.err).toBe(0);
  });

  it('does not send its token over http to another machine', async () => {
    for (const url of ['http://mfa.contoso.com/api', 'http://127.0.0.1.contoso.com/api']) {
      const ran = await ask(['a@contoso.com'], { url, token: 'a-secret' });
      expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Use https') });
    }
  });

  it('asks for the address where there is none', async () => {
    expect(await ask(['a@contoso.com'], { url: '' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('MFA_URL'),
    });
  });
});

it.each(asks)('the example for %s tells how it is used', async (name) => {
  const [program, script] = name === 'Node.js' ? [process.execPath, 'change.mjs'] : ['bash', 'change.sh'];
  const ran = await runProgram(program, [join(examples, script)], { MFA_URL: app.url });
  expect(ran).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^Usage: .*STATE.*\n {2}STATE +disabled, enabled or enforced\n.*REASON/s),
  });
});
