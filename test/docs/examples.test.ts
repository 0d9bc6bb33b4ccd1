import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { signedHeaders } from '../../shared/events/signature.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { runProgram } from '../support/runProgram.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { runActions } from './workflow.ts';

let parts: Parts;
let app: App;
/** The same app, where callers need a token. */
let entra: App;
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

/** The example that receives events, which the app sends its events to. */
let webhook: { readonly url: string; readonly lines: readonly string[]; stop(): Promise<void> };
const KEY = randomBytes(32);
const SECRET = `whsec_${KEY.toString('base64')}`;

beforeAll(async () => {
  [parts, webhook] = await Promise.all([startParts({ users: 200 }), startWebhook()]);
  // Both apps receive messages of the same queues, so both know the webhook.
  const events = { NOTIFY_WEBHOOK: webhook.url, NOTIFY_WEBHOOK_SECRET: SECRET };
  const auth = { API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: parts.graph.url };
  [app, entra] = await Promise.all([startApp(parts, events), startApp(parts, { ...events, ...auth })]);
});
afterAll(async () => {
  await Promise.all([app.child.stop(), entra.child.stop()]);
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
    expect([...app.lines, ...entra.lines].some((line) => line.includes('"webhook":"delivered"'))).toBe(true);
    for (const line of [...app.lines, ...entra.lines]) {
      expect(line).not.toContain(new URL(webhook.url).host);
      expect(line).not.toContain(SECRET.slice(6));
    }
  });
});

describe('the workflow definitions', () => {
  const read = (file: string) => JSON.parse(readFileSync(join(examples, file), 'utf8'));
  const logicApp = read('logic-app.json').definition;
  const flow = read('power-automate.json').operationDefinition;
  const definitions: [string, unknown][] = [
    ['logic-app.json', logicApp.actions],
    ['power-automate.json', { Scope: flow }],
  ];

  /** Runs a definition for a user, with a token of the roles that the page names. */
  async function run(actions: unknown, user: string): Promise<Record<string, unknown>> {
    const results: Record<string, unknown> = {};
    await runActions(actions, {
      parameters: { mfaUrl: entra.url, mfaAudience: DEFAULT_AUDIENCE },
      triggerBody: { userPrincipalName: user, ticket: '4711' },
      settings: { url: entra.url, audience: DEFAULT_AUDIENCE, user },
      token: (audience) =>
        graphControl(parts.graph.url).token({ audience, roles: ['MfaState.Strengthen', 'MfaState.Read'] }),
      results,
    });
    return results;
  }

  it.each(definitions)('%s asks with its token until the operation has finished', async (_, actions) => {
    const { name } = parts.people.one({ state: 'disabled', registered: true });
    const results = await run(actions, name);
    expect(results.Get_the_operation).toMatchObject({ status: 'Succeeded', counts: { applied: 1 } });
    expect(results).not.toHaveProperty('Give_up');
  });

  it.each(definitions)('%s ends as failed when the user was not changed', async (_, actions) => {
    const results = await run(actions, 'nobody@contoso.com');
    expect(results.Get_the_operation).toMatchObject({ status: 'Failed', counts: { failed: 1 } });
    expect(results.Who_needs_attention).toMatchObject({
      value: [{ outcome: 'failed', detail: { code: 'userNotFound' } }],
    });
    expect(results.Give_up).toBe('ended');
  });

  it('the one for Logic Apps has each parameter that it uses', () => {
    const used = [...JSON.stringify(logicApp.actions).matchAll(/parameters\('([^']+)'\)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(logicApp.parameters)));
  });

  it('the one for Power Automate is a scope by itself, and uses only the settings that it has', () => {
    expect(flow.type).toBe('Scope');
    const text = JSON.stringify(flow);
    expect(text).not.toMatch(/parameters\(|triggerBody/);
    const used = [...text.matchAll(/outputs\('Settings'\)\?\['(\w+)'\]/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(flow.actions.Settings.inputs)));
  });
});
