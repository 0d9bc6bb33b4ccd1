import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../shared/events/signature.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { runProgram } from '../support/runProgram.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { type HttpAction, runHttpAction } from './workflow.ts';

let parts: Parts;
let app: App;
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

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

describe('the example that receives events', () => {
  const told = (line: RegExp): Promise<unknown> =>
    waitUntil(async () => webhook.lines.some((one) => line.test(one)), `the example prints ${line}`);

  it('receives the event of a finished operation', async () => {
    const { id } = await app.over(await app.request({ state: 'enabled', users: [parts.people.one().id] }));
    await told(new RegExp(`operation ${id} has finished: Succeeded, see \\S*/operations/${id}$`));
  });

  it('receives the event of failed work, of any operation', async () => {
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

  it('asks for its secret where there is none', async () => {
    const ran = await runProgram(process.execPath, [join(examples, 'webhook.mjs')], { MFA_WEBHOOK_SECRET: '' });
    expect(ran).toEqual({ code: 1, out: '', err: 'Set MFA_WEBHOOK_SECRET to the secret of the webhook.\n' });
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
