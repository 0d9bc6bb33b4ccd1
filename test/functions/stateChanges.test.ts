import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorBody, ListBody, OperationBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { historyOf } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts();
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

// Before there are others.
describe('the list of operations', () => {
  it('has the newest first, by page', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 25; number++)
      ids.push((await app.request({ state: 'enabled', users: ['nobody@contoso.com'], reason: `${number}` })).id);
    const first = await app.get<ListBody<OperationBody>>('operations');
    expect(first.body.value).toHaveLength(20);
    const second = await app.get<ListBody<OperationBody>>(first.body.nextLink as string);
    expect([...first.body.value, ...second.body.value].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.body.nextLink).toBeUndefined();
    expect((await app.get<ErrorBody>('operations?page=index')).status).toBe(400);
  });
});

describe('a state change', () => {
  it('is accepted, carried out and recorded', async () => {
    const people = parts.people.take(45);
    const users = people.map(({ id, name }, number) => (number % 2 === 0 ? id : name));
    const accepted = await app.call<OperationBody>('POST', 'state-changes', {
      state: 'enabled',
      users,
      reason: 'Onboarding 4711',
    });
    const url = `${app.url}/operations/${accepted.body.id}`;
    expect(accepted.status).toBe(202);
    expect(Object.fromEntries(accepted.headers)).toMatchObject({
      'operation-location': url,
      location: `${url}/result`,
      'operation-id': accepted.body.id,
      'retry-after': '2',
    });
    expect(accepted.body).toMatchObject({ kind: 'stateChange', targetState: 'enabled', references: 45 });

    const over = await app.over(accepted.body);
    expect(over).toMatchObject({ status: 'Succeeded', references: 45, counts: { applied: 45, pending: 0 } });
    for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(1);
    const items = await app.items(accepted.body);
    expect(items.map(({ reference }) => reference)).toEqual(users);
    const [entry] = await historyOf(parts.worker(), people[0]?.id as string);
    expect(entry).toMatchObject({
      event: 'stateChanged',
      from: 'disabled',
      to: 'enabled',
      reason: 'Onboarding 4711',
      operationId: accepted.body.id,
      actor: { name: 'local development' },
    });
    expect(entry?.requestId).toBe(parts.graph.ledger.entries.find(({ userId }) => userId === people[0]?.id)?.requestId);
  });

  it.each([
    ['', 'state-changes/csv'],
    [', as callers of earlier versions send it', 'state-changes'],
  ])('comes as CSV with what stands beside the users in the query%s', async (_, path) => {
    const people = parts.people.take(3);
    const csv = `\ufeffname,user\r\n${people.map(({ name }) => `"A, B",${name}\r\n`).join('')}`;
    const accepted = await app.call<OperationBody>(
      'POST',
      `${path}?state=enabled&reason=From+a+file&acknowledge=weaken`,
      csv,
      { 'Content-Type': 'text/csv; charset=utf-8' },
    );
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ reason: 'From a file', acknowledge: ['weaken'], references: 3 });
    expect(await app.over(accepted.body)).toMatchObject({ counts: { applied: 3 } });
  });

  it('comes as the file that Entra exports', async () => {
    const people = parts.people.take(2);
    const rows = people.map(({ name, id }) => `${name},"A, B",${id}\r\n`).join('');
    const accepted = await app.call<OperationBody>(
      'POST',
      'state-changes?state=enabled&reason=From+Entra',
      `\ufeffuserPrincipalName,displayName,id\r\n${rows}`,
      { 'Content-Type': 'text/csv' },
    );
    expect(await app.over(accepted.body)).toMatchObject({ counts: { applied: 2 } });
  });

  it('can be for a group', async () => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'MFA pilot');
    const over = await app.over(await app.request({ state: 'enabled', group: group?.id, acknowledge: ['weaken'] }));
    expect(over).toMatchObject({ status: 'Succeeded', references: group?.users.length });
  });

  it('of 100,000 references is accepted', async () => {
    const users = Array.from({ length: 100_000 }, (_, number) => `unknown.user${number}@contoso.com`);
    const operation = await app.request({ state: 'enabled', users, dryRun: true });
    expect(operation).toMatchObject({ references: 100_000, status: 'NotStarted' });
    const canceled = await app.call<OperationBody>('POST', `operations/${operation.id}/cancel`);
    expect(canceled.status).toBe(202);
    const over = await app.over(operation);
    const { failed, canceled: left } = over.counts;
    expect(failed + left).toBe(100_000);
  });
});

describe('an operation', () => {
  it('has a result that is 202 until it has finished, then 200', async () => {
    parts.graph.tenant.changeSettings({ latencyMs: 300 });
    const operation = await app.request({ state: 'enabled', users: [parts.people.one().id] });
    const running = await app.get(`operations/${operation.id}/result`);
    expect(running.status).toBe(202);
    expect(running.headers.get('location')).toBe(`${app.url}/operations/${operation.id}/result`);
    expect(running.headers.get('retry-after')).toBe('2');
    parts.graph.tenant.changeSettings({ latencyMs: 0 });
    const result = await waitUntil(async () => {
      const reply = await app.get(`operations/${operation.id}/result`);
      return reply.status === 200 && reply;
    }, 'there is a result');
    expect(result.body).toMatchObject({ status: 'Succeeded', counts: { applied: 1 } });
    expect(result.headers.get('retry-after')).toBeNull();
    expect((await app.get(`operations/${operation.id}`)).body).toEqual(result.body);
  });

  it('lists its items by page and by outcome', async () => {
    const filler = Array.from({ length: 1_200 }, (_, number) => `unknown${number}@contoso.com`);
    const person = parts.people.one();
    const operation = await app.request({ state: 'enabled', users: [...filler, person.id] });
    await app.over(operation);
    const first = await app.get<ListBody<{ reference: string }>>(`operations/${operation.id}/items`);
    expect(first.body.value).toHaveLength(999);
    expect(await app.items(operation)).toHaveLength(1_201);
    expect(await app.items(operation, '?status=applied')).toMatchObject([{ userId: person.id, outcome: 'applied' }]);
    expect(await app.items(operation, '?status=failed')).toHaveLength(1_200);
    expect(await app.items(operation, '?status=refused')).toEqual([]);
    for (const [query, total] of [
      ['', 1_201],
      ['?status=failed', 1_200],
      ['?status=refused', 0],
    ])
      expect((await app.get<object>(`operations/${operation.id}/items${query}`)).body).toMatchObject({
        totalCount: total,
      });
    for (const query of ['status=done', 'page=1', 'page=-1', 'page=x', 'size=5']) {
      const wrong = await app.get<ErrorBody>(`operations/${operation.id}/items?${query}`);
      expect([query, wrong.status]).toEqual([query, 400]);
    }
  });

  it('can be canceled, and retried', async () => {
    const person = parts.people.one({ state: 'disabled', registered: false });
    const original = await app.request({ state: 'enforced', users: [person.id] });
    await app.over(original);
    const canceled = await app.call<OperationBody>('POST', `operations/${original.id}/cancel`);
    expect(canceled).toMatchObject({ status: 202, body: { status: 'Failed' } });
    const id = randomUUID();
    const retried = await app.call<OperationBody>(
      'POST',
      `operations/${original.id}/retry`,
      { acknowledge: ['legacyAuthInterruption'] },
      { 'Operation-Id': id },
    );
    expect(retried).toMatchObject({ status: 202, body: { id, kind: 'retry', retryOf: original.id } });
    expect(await app.over(retried.body)).toMatchObject({ status: 'Succeeded' });
    const nothing = await app.call<ErrorBody>('POST', `operations/${id}/retry`);
    expect(nothing).toMatchObject({ status: 409, body: { error: { code: 'NothingToRetry' } } });
    const chunks = new Blob(['{}']).stream();
    const inChunks = await app.call<ErrorBody>('POST', `operations/${original.id}/retry`, chunks);
    expect(inChunks).toMatchObject({ status: 411, body: { error: { code: 'LengthRequired' } } });
    const wrong = await app.call<ErrorBody>('POST', `operations/${original.id}/retry`, { acknowledge: ['all'] });
    expect(wrong).toMatchObject({ status: 400, body: { error: { target: 'acknowledge[0]' } } });
  });

  it('that does not exist is not found, whatever is asked of it', async () => {
    for (const id of [randomUUID(), 'newest', '%2e%2e', "x' or '1' eq '1"])
      for (const [method, rest] of [
        ['GET', ''],
        ['GET', '/result'],
        ['GET', '/items'],
        ['POST', '/cancel'],
        ['POST', '/retry'],
      ] as const) {
        const reply = await app.call<ErrorBody | null>(method, `operations/${encodeURIComponent(id)}${rest}`);
        expect([id, rest, reply.status]).toEqual([id, rest, 404]);
      }
  });
});

describe('a request with an Operation-Id', () => {
  it('can be repeated', async () => {
    const id = randomUUID();
    const body = { state: 'enabled', users: [parts.people.one().id] };
    const first = await app.request(body, { 'Operation-Id': id.toUpperCase() });
    expect(first.id).toBe(id);
    await app.over(first);
    const writes = parts.graph.ledger.entries.length;
    const again = await app.request(body, { 'Operation-Id': id });
    expect(again).toMatchObject({ id, status: 'Succeeded' });
    expect(parts.graph.ledger.entries).toHaveLength(writes);
    const other = await app.call<ErrorBody>(
      'POST',
      'state-changes',
      { ...body, reason: 'another' },
      { 'Operation-Id': id },
    );
    expect(other).toMatchObject({
      status: 409,
      body: { error: { code: 'OperationIdConflict', target: 'Operation-Id' } },
    });
    expect(other.headers.get('x-ms-error-code')).toBe('OperationIdConflict');
  });

  it('can come several times at once', async () => {
    const id = randomUUID();
    const body = { state: 'enabled', users: parts.people.take(30).map(({ id: user }) => user) };
    const replies = await Promise.all(Array.from({ length: 5 }, () => app.request(body, { 'Operation-Id': id })));
    expect(new Set(replies.map((reply) => reply.id))).toEqual(new Set([id]));
    expect(await app.over({ id })).toMatchObject({ references: 30, counts: { applied: 30 } });
  });
});

describe('the state of one user', () => {
  it('comes live from Graph, by id or by name', async () => {
    const { id, name } = parts.people.one({ state: 'enabled', registered: false });
    for (const reference of [id, name, encodeURIComponent(name)])
      expect(await app.get(`users/${reference}/mfa-state`)).toMatchObject({
        status: 200,
        body: { id, state: 'enabled', registered: false },
      });
    const guest = parts.people.one({ guest: true });
    expect((await app.get(`users/${encodeURIComponent(guest.name)}/mfa-state`)).body).toMatchObject({ id: guest.id });
  });

  it.each([
    ['nobody@contoso.com', 404],
    [randomUUID(), 404],
    ['not a user', 400],
    ["a' or 'b", 400],
    ['%2e%2e%2f', 400],
  ])('of %j is answered with %i', async (reference, status) => {
    const reply = await app.get<ErrorBody>(`users/${encodeURIComponent(reference)}/mfa-state`);
    expect(reply.status).toBe(status);
    expect(reply.body.error.target).toBe('userId');
  });
});
