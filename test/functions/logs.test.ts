import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { roles } from '../../shared/http/caller.ts';
import type { ErrorBody, OperationBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

// Everything that must not be seen has this word in it, wherever it comes from; and mail addresses have an @.
const MARK = 'pl4nted';
const json = { 'Content-Type': 'application/json' };
const csv = { 'Content-Type': 'text/csv' };

let parts: Parts;
let app: App;
let control: GraphControl;
let authorization: Record<string, string>;
/** Answers that are errors, as text. */
const errors: string[] = [];

beforeAll(async () => {
  parts = await startParts({ users: 100, anyServiceBusKey: true });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
    PROTECTED_USERS: `${MARK}.breakglass@contoso.com`,
    ServiceBusConnection: parts.bus.connectionString.replace(/SharedAccessKey=[^;]*/, `SharedAccessKey=${MARK}`),
  });
  const token = await control.token({ roles: [...roles], name: `${MARK} name`, upn: `${MARK}@contoso.com` });
  authorization = { Authorization: `Bearer ${token}` };
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<OperationBody & ErrorBody>> {
  const reply = await app.call<OperationBody & ErrorBody>(method, path, body, { ...authorization, ...headers });
  if (reply.status >= 400) errors.push(JSON.stringify([reply.body, [...reply.headers]]));
  return reply;
}

function expectNothingSeen(text: string): void {
  expect(text.match(new RegExp(`.{0,80}(?:${MARK}|eyJ[\\w-]{10}|[\\w.#]+@\\w+\\.).{0,40}`, 'i'))?.[0]).toBeUndefined();
}

describe('logs and errors', () => {
  it('of good requests, from the first to the last step, hold ids only', async () => {
    const people = parts.people.take(3, { state: 'disabled' });
    const users = [...people.map(({ name }) => name), `${MARK}.nobody@contoso.com`, `${MARK}.breakglass@contoso.com`];
    const accepted = await send('POST', 'state-changes', { state: 'enabled', users, reason: `${MARK} reason` });
    expect(accepted.status).toBe(202);
    await waitUntil(
      async () => (await send('GET', `operations/${accepted.body.id}`)).body.finishedDateTime,
      'the operation has finished',
    );
    await send('GET', `operations/${accepted.body.id}/items`);
    expect((await send('POST', `operations/${accepted.body.id}/retry`)).status).toBe(202);
    await send('GET', `users/${people[0]?.name}/mfa-state`);
    await send('POST', `state-changes/csv?state=enabled&reason=${MARK}`, `user,x\n${people[1]?.name},${MARK}\n`, csv);
  });

  it('of bad requests do not repeat them', async () => {
    const valid = { state: 'enabled', users: ['a@contoso.com'], reason: 'x' };
    const bad: [string, string, unknown, Record<string, string>?][] = [
      ['POST', 'state-changes', `{"${MARK}`, json],
      ['POST', 'state-changes', { ...valid, [`${MARK}@contoso.com`]: 1 }],
      ['POST', 'state-changes', { ...valid, state: MARK }],
      ['POST', 'state-changes', { ...valid, acknowledge: [MARK] }],
      ['POST', 'state-changes', { ...valid, users: [`${MARK} @contoso.com`, MARK] }],
      ['POST', 'state-changes', { ...valid, group: MARK }],
      ['POST', 'state-changes', { ...valid, reason: `${MARK}\u0000` }],
      ['POST', `state-changes?${MARK}@contoso.com=1`, valid],
      ['POST', 'state-changes', valid, { 'Operation-Id': MARK }],
      ['POST', 'state-changes', MARK, { 'Content-Type': `text/${MARK}` }],
      ['POST', `state-changes/csv?state=${MARK}&reason=x`, 'user\na@contoso.com\n', csv],
      ['POST', 'state-changes/csv?state=enabled&reason=x', `mail,x\n${MARK}@contoso.com,${MARK}\n`, csv],
      ['GET', `operations/${MARK}`, undefined],
      ['GET', `operations?after=${MARK}`, undefined],
      ['GET', `users/${MARK}.nobody@contoso.com/mfa-state`, undefined],
      ['GET', `users/${MARK}'%20or%201/mfa-state`, undefined],
      ['GET', `${MARK}/${MARK}@contoso.com`, undefined],
      ['GET', 'operations', undefined, { Authorization: `Bearer ${MARK}.${MARK}.${MARK}` }],
      ['GET', 'operations', undefined, { Authorization: `Basic ${MARK}` }],
      [
        'GET',
        'operations',
        undefined,
        { Authorization: `Bearer ${await control.token({ audience: `api://${MARK}` })}` },
      ],
      ['GET', 'operations', undefined, { Authorization: `Bearer ${await control.token({ name: MARK, kid: MARK })}` }],
    ];
    for (const [method, path, body, headers] of bad) {
      const { status } = await send(method, path, body, headers);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
  });

  it('of failures of others do not repeat the addresses and tokens in what these say', async () => {
    const { name } = parts.people.one();
    for (const fault of [
      { resetConnection: true },
      { status: 500, html: true },
      {
        status: 403,
        body: { error: { code: 'Odd', message: `Not for ${MARK}@contoso.com with eyJhbGciOiJub25lIn0` } },
      },
    ]) {
      parts.graph.faults.add({ times: 4, fault });
      await send('GET', `users/${name}/mfa-state`);
      parts.graph.faults.remove();
    }
  });

  it('of messages that are not the service’s own do not repeat them', async () => {
    const client = new ServiceBusClient(parts.bus.connectionString);
    try {
      const body = { version: 1, operationId: `${MARK}@contoso.com`, [MARK]: MARK };
      await client.createSender('plans').sendMessages({ body, messageId: MARK });
      await waitUntil(
        () => app.lines.some((line) => line.includes('recordPlanDeadLetters')),
        'the message is recorded',
      );
    } finally {
      await client.close();
    }
  });

  it('of a service whose tables are out of reach do not show how they are reached', async () => {
    const key = Buffer.from(MARK).toString('base64');
    const lost = await startApp(parts, {
      TablesConnection: `DefaultEndpointsProtocol=http;AccountName=${MARK};AccountKey=${key};TableEndpoint=http://127.0.0.1:1/${MARK}`,
    });
    try {
      const reply = await lost.call<ErrorBody>('POST', 'state-changes', {
        state: 'enabled',
        users: [`${MARK}@contoso.com`],
        reason: MARK,
      });
      expect(reply.status).toBe(503);
      expectNothingSeen(JSON.stringify([reply.body, [...reply.headers]]));
      expect(lost.lines.join('\n')).toContain('RestError');
      for (const line of lost.lines) expectNothingSeen(line);
      expect(lost.lines.join('\n')).not.toContain(key);
    } finally {
      await lost.child.stop();
    }
  });

  it('of a start that fails name the settings, and no value', async () => {
    const start = startApp(parts, { TENANT_ID: MARK, TablesConnection: `TableEndpoint=http://${MARK}.contoso.com` });
    const error = (await start.then(
      () => undefined,
      (thrown: Error) => thrown,
    )) as Error;
    expect(error.message).toContain('TablesConnection: must be a connection string with https');
    expectNothingSeen(error.message);
  });

  it('in all, hold nothing that was planted, no token and no mail address', () => {
    expect(app.lines.length).toBeGreaterThan(40);
    expect(errors.length).toBeGreaterThan(20);
    for (const line of app.lines) expectNothingSeen(line);
    for (const error of errors) expectNothingSeen(error);
  });
});
