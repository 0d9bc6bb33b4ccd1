import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../shared/events/signature.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { type HttpAction, runHttpAction } from './workflow.ts';

let parts: Parts;
let app: App;
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));

/** The example that receives events, which the app sends its events to. */
let webhook: { readonly url: string; readonly lines: readonly string[]; stop(): Promise<void> };
const KEY = randomBytes(32);
const SECRET = `whsec_${KEY.toString('base64')}`;

beforeAll(async () => {
  [parts, webhook] = await Promise.all([startParts({ users: 200 }), startWebhook()]);
  app = await startApp(parts, { NOTIFY_WEBHOOK: webhook.url, NOTIFY_WEBHOOK_SECRET: SECRET });
});
afterAll(async () => {
  await app.child.stop();
  await webhook.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

async function startWebhook(): Promise<typeof webhook> {
  const env = { ...process.env, MFA_WEBHOOK_SECRET: SECRET, PORT: '0' };
  const child = spawn(process.execPath, [join(examples, 'webhook.mjs')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const url = await waitUntil(async () => /http:\S+/.exec(lines[0] ?? '')?.[0], 'the example listens');
  return {
    url,
    lines,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

async function run(command: string, args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(command, args, { env: { ...process.env, MFA_URL: app.url }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}

const stateOf = (index: number): number | undefined => parts.graph.directory.columns.states[index];

describe.skipIf(process.platform === 'win32')('the example for bash and curl', () => {
  const script = join(examples, 'change.sh');

  it('changes the users of a file, and ends with 0', async () => {
    const people = parts.people.take(2);
    writeFileSync(join(folder, 'users.csv'), `user\n${people.map(({ name }) => name).join('\n')}\n`);
    const ran = await run('bash', [script, 'enabled', join(folder, 'users.csv'), 'Wave 2: grün & gut']);
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ status: 'Succeeded', reason: 'Wave 2: grün & gut' });
    expect(people.map(({ index }) => stateOf(index))).toEqual([1, 1]);
  });

  it('ends with 2 and tells who failed, and with 1 when the service says no', async () => {
    writeFileSync(join(folder, 'nobody.csv'), 'user\nnobody@contoso.com\n');
    const failed = await run('bash', [script, 'enabled', join(folder, 'nobody.csv'), 'Wave 3']);
    expect(failed).toMatchObject({ code: 2, err: expect.stringContaining('nobody@contoso.com') });
    const refused = await run('bash', [script, 'on', join(folder, 'nobody.csv'), 'Wave 3']);
    expect(refused.code).toBe(1);
  });
});

it('the example for Node.js changes users, and tells who failed', async () => {
  const person = parts.people.one();
  const ran = await run(process.execPath, [
    join(examples, 'change.mjs'),
    'enabled',
    'A test',
    person.name,
    'no@contoso.com',
  ]);
  expect(ran).toMatchObject({ code: 2, out: expect.stringContaining('PartiallySucceeded') });
  expect(ran.out).toContain('no@contoso.com failed userNotFound');
  expect(stateOf(person.index)).toBe(1);
});

describe('the example that receives events', () => {
  const told = (line: RegExp): Promise<unknown> =>
    waitUntil(async () => webhook.lines.some((one) => line.test(one)), `the example prints ${line}`);

  it('is told that an operation is over', async () => {
    const { id } = await app.over(await app.request({ state: 'enabled', users: [parts.people.one().id] }));
    await told(new RegExp(`operation ${id} is over: Succeeded, see \\S*/operations/${id}$`));
  });

  it('is told of work that was given up, of whatever operation', async () => {
    const client = new ServiceBusClient(parts.bus.connectionString);
    await client.createSender('plans').sendMessages({ body: 'not of this service', messageId: 'strange' });
    await told(/queue plans was given up/);
    await client.close();
  });

  it('takes only what is signed, just now and as it is, and each event once', async () => {
    const body = JSON.stringify({ id: 'one', type: 'a test', data: {} });
    const now = Date.now();
    const post = async (headers: Record<string, string>, content = body): Promise<number> =>
      (await fetch(webhook.url, { method: 'POST', headers, body: content })).status;
    const signed = (secret = KEY, at = now) => signedHeaders({ id: 'one', body }, [secret], at);
    expect(await post({})).toBe(401);
    expect(await post(signed(randomBytes(32)))).toBe(401);
    expect(await post(signed(KEY, now - 10 * 60_000))).toBe(401);
    expect(await post(signed(), `${body} `)).toBe(401);
    expect(await post({ ...signed(), 'webhook-id': 'two' })).toBe(401);
    expect(await post(signed(), 'x'.repeat(100_000))).toBe(401);
    expect(webhook.lines).not.toContain('An event of another kind: a test');
    expect([await post(signed()), await post(signed())]).toEqual([204, 204]);
    await told(/a test/);
    expect(webhook.lines.filter((line) => line.includes('a test'))).toHaveLength(1);
  });

  it('is not named in the log, nor is the secret', () => {
    expect(app.lines.some((line) => line.includes('"webhook":"delivered"'))).toBe(true);
    for (const line of app.lines) {
      expect(line).not.toContain(new URL(webhook.url).host);
      expect(line).not.toContain(SECRET.slice(6));
    }
  });
});

describe('the workflow definitions', () => {
  it.each([
    ['logic-app.json', 'Enable_per-user_MFA', { counts: { applied: 1 } }],
    ['power-automate.json', 'Enforce_per-user_MFA', { counts: { applied: 1 } }],
  ])('%s gets the finished operation from its HTTP action', async (file, name, expected) => {
    const { definition } = JSON.parse(readFileSync(join(examples, file), 'utf8'));
    const action = definition.actions[name] as HttpAction;
    const person = parts.people.one({ state: 'disabled', registered: true });
    const result = await runHttpAction(action, {
      parameters: { mfaUrl: app.url },
      triggerBody: { userPrincipalName: person.name, ticket: '4711' },
    });
    expect(result).toMatchObject({ status: 200, body: { status: 'Succeeded', ...expected } });
    expect(result.polls).toBeGreaterThan(0);
  });

  it('names of actions that others refer to exist', () => {
    for (const file of ['logic-app.json', 'power-automate.json']) {
      const content = readFileSync(join(examples, file), 'utf8');
      for (const [, name] of content.matchAll(/body\('([^']+)'\)/g)) expect(content).toContain(`"${name}": {`);
      for (const [, name] of content.matchAll(/parameters\('([^']+)'\)/g))
        expect(JSON.parse(content).definition.parameters).toHaveProperty(name as string);
    }
  });
});
