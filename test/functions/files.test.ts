import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import type { OperationView } from '../../shared/http/operationView.ts';
import type { ErrorBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { historyOf } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';

const csv = { 'Content-Type': 'text/csv' };

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

const send = (content: string | Uint8Array, query = 'state=enabled&reason=A+file') =>
  app.call<OperationView>('POST', `state-changes?${query}`, content, csv);

async function outcomesOf(content: string | Uint8Array, query?: string) {
  const { status, body } = await send(content, query);
  expect({ status, body }).toMatchObject({ status: 202 });
  const over = (await app.over(body)) as unknown as OperationView;
  const items = (await app.items(over)) as unknown as OperationItemView[];
  return { over, items };
}

describe('a file as it comes', () => {
  it.each([
    ['entra-download-users.csv', ['ada.keller@contoso.com', 'bo.lind@contoso.com']],
    ['entra-bulk-template.csv', ['ada.keller@contoso.com', 'bo.lind@contoso.com']],
    ['powershell-type-line.csv', ['ada.keller@contoso.com', 'bo.lind@contoso.com']],
    ['excel-semicolon.csv', ['ada.keller@contoso.com', 'bo.lind@contoso.com']],
    ['excel-unicode-text.txt', ['ada.keller@contoso.com', 'bo.lind@contoso.com']],
    ['windows-1252.csv', ['ada.keller@contoso.com', 'jörg@contoso.com']],
    ['pasted-addresses.csv', ['ada.keller@contoso.com', 'bo.lind@contoso.com', 'cy.moor@contoso.com']],
    ['apostrophes.csv', ["siobhan.o'brien@contoso.com", "sean.o'neill@contoso.com"]],
  ])('(%s) is accepted with its users', async (name, users) => {
    const file = readFileSync(new URL(`../fixtures/files/${name}`, import.meta.url));
    const { items, over } = await outcomesOf(file);
    expect(items.map(({ reference }) => reference)).toEqual(users);
    expect(over.references).toBe(users.length);
    for (const { detail } of items) expect(detail?.code ?? 'userNotFound').toBe('userNotFound');
  });

  it('has its users in the column that the query names', async () => {
    const [one] = parts.people.take(1);
    const { over } = await outcomesOf(`user,Adresse\nx@y.z,${one?.name}\n`, 'state=enabled&reason=x&column=adresse');
    expect(over.counts).toMatchObject({ applied: 1 });
  });

  it('of this service is taken again', async () => {
    const people = parts.people.take(3);
    const { over } = await outcomesOf(`user\n${people.map(({ name }) => name).join('\n')}\n`);
    const exported = await app.call<string>('GET', `audit/export?operation=${over.id}`);
    const again = await outcomesOf(String(exported.body));
    expect(again.over).toMatchObject({ references: 3, counts: { unchanged: 3 } });
  });
});

describe('users with an apostrophe', () => {
  it('are changed and shown, as Graph finds them', async () => {
    const { index, id } = parts.people.one();
    parts.graph.directory.rename(index, "siobhan.o'brien@contoso.com");
    const { over } = await outcomesOf('user\nsiobhan.o\u2019brien@contoso.com\n');
    expect(over).toMatchObject({ counts: { applied: 1 } });
    for (const name of [
      "siobhan.o'brien@contoso.com",
      'siobhan.o%27brien@contoso.com',
      'siobhan.o%E2%80%99brien@contoso.com',
    ])
      expect(await app.get(`users/${name}/mfa-state`)).toMatchObject({ status: 200, body: { id, state: 'enabled' } });
  });
});

describe('an entry that names no user fails for itself', () => {
  it('in a file, with its line and its text', async () => {
    const [one, two] = parts.people.take(2);
    const { over, items } = await outcomesOf(`user\r\n${one?.name}\r\nnot a user\r\n${two?.name}\r\nN/A\r\n`);
    expect(over).toMatchObject({ status: 'PartiallySucceeded', references: 4, counts: { applied: 2, failed: 2 } });
    expect(items).toMatchObject([
      { outcome: 'applied' },
      { reference: 'not a user', userId: null, outcome: 'failed', line: 3, detail: { code: 'invalidReference' } },
      { outcome: 'applied' },
      { reference: 'N/A', outcome: 'failed', line: 5, detail: { message: expect.stringContaining('Line 5') } },
    ]);
    const retried = await app.call<ErrorBody>('POST', `operations/${over.id}/retry`);
    expect(retried).toMatchObject({ status: 409, body: { error: { code: 'NothingToRetry' } } });
  });

  it.each([['not a user'], [null], [17], [''], [{ user: 'a@b.c' }], ['a\u0000b'], ['x'.repeat(10_000)]])(
    'in a list, such as %j, with its index',
    async (entry) => {
      const [one] = parts.people.take(1);
      const operation = await app.request({ state: 'enabled', users: [one?.name, entry, entry, one?.id] });
      const over = await app.over(operation);
      expect(over).toMatchObject({ references: 4, counts: { applied: 1, duplicate: 1, failed: 2, pending: 0 } });
      const failed = await app.items(operation, '?status=failed');
      expect(failed).toMatchObject([
        { index: 1, detail: { code: 'invalidReference' } },
        { index: 2, detail: { code: 'invalidReference' } },
      ]);
      const audit = await app.get<{ value: unknown[] }>(`audit?operation=${operation.id}&event=stateChangeFailed`);
      expect(audit.body.value).toHaveLength(1); // the same text twice
    },
  );

  it('and a reference that was cleaned has the text as it was given', async () => {
    const [one] = parts.people.take(1);
    const operation = await app.request({ state: 'enabled', users: [`Ada <${one?.name}>`] });
    expect(operation).toMatchObject({ notes: [expect.stringContaining('1 reference was cleaned')] });
    await app.over(operation);
    expect(await app.items(operation)).toMatchObject([
      { reference: one?.name, given: `Ada <${one?.name}>`, index: 0, outcome: 'applied' },
    ]);
  });

  it('even in a page with as much text as there can be', async () => {
    const users = Array.from({ length: 999 }, (_, number) => {
      const name = `${String(number).padStart(190, 'é')}@${'x'.repeat(127)}`;
      return number % 2 === 0 ? 'ä'.repeat(5_000) : `<mailto:${name}>${' '.repeat(500)}`;
    });
    const operation = await app.request({ state: 'enabled', users: [...users, 'nobody@contoso.com'] });
    expect(await app.over(operation)).toMatchObject({ references: 1_000, counts: { failed: 1_000 } });
  });
});

describe('a file with a state for each user', () => {
  it('sets each to its own, in one operation', async () => {
    const [one, two] = parts.people.take(2, { state: 'disabled', registered: true });
    const three = parts.people.one({ state: 'enforced' });
    const { over, items } = await outcomesOf(
      `Username, MFA Status\r\n${one?.name}, Enabled\r\n${two?.name}, Enforced\r\n${three.name}, Disabled\r\nx@y.z, \r\n`,
      'reason=A+file',
    );
    expect(over).toMatchObject({
      targetState: null,
      targetStates: ['disabled', 'enabled', 'enforced'],
      counts: { applied: 3, failed: 1 },
    });
    expect(items).toMatchObject([
      { targetState: 'enabled', detail: { from: 'disabled', to: 'enabled' } },
      { targetState: 'enforced', detail: { to: 'enforced' } },
      { targetState: 'disabled', detail: { from: 'enforced', to: 'disabled' } },
      { outcome: 'failed', line: 5, detail: { code: 'invalidState' } },
    ]);
    const states = [one, two, three].map((person) => parts.graph.directory.columns.states[person?.index ?? -1]);
    expect(states).toEqual([1, 2, 0]);
    const [entry] = await historyOf(parts.worker(), three.id);
    expect(entry).toMatchObject({ event: 'stateChanged', from: 'enforced', to: 'disabled', reason: 'A file' });
  });

  it('uses the state of the query, and says so', async () => {
    const [one] = parts.people.take(1, { state: 'disabled' });
    const { over } = await outcomesOf(`user,MFA Status\n${one?.name},Enforced\n`);
    expect(over).toMatchObject({
      targetState: 'enabled',
      notes: [expect.stringContaining('"MFA Status" was not used')],
    });
    expect(parts.graph.directory.columns.states[one?.index ?? -1]).toBe(1);
  });

  it('with one state is an operation like any other', async () => {
    const people = parts.people.take(2, { state: 'disabled' });
    const { over } = await outcomesOf(
      `user,state\n${people.map(({ name }) => `${name},ENABLED\n`).join('')}`,
      'reason=x',
    );
    expect(over).toMatchObject({ targetState: 'enabled', counts: { applied: 2 } });
    expect(over.targetStates).toBeUndefined();
  });

  it('is repeatable with its Operation-Id, and another with other states is another request', async () => {
    const [one, two] = parts.people.take(2);
    const [id, content] = [
      '7d0e3ad5-7f56-45fc-a43c-1f0a38f29f0e',
      `user,state\n${one?.name},enabled\n${two?.name},disabled\n`,
    ];
    const post = (body: string) =>
      app.call<OperationView & ErrorBody>('POST', 'state-changes/csv?reason=x', body, { ...csv, 'Operation-Id': id });
    const first = await post(content);
    await app.over(first.body);
    expect(await post(content)).toMatchObject({ status: 202, body: { id, status: 'Succeeded' } });
    const other = await post(content.replace('disabled', 'enforced'));
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'OperationIdConflict' } } });
  });

  it('keeps the states in a retry', async () => {
    const one = parts.people.one({ state: 'disabled', registered: false });
    const two = parts.people.one({ state: 'disabled' });
    const { over } = await outcomesOf(`user,state\n${one.name},enforced\n${two.name},enabled\n`, 'reason=x');
    expect(over.counts).toMatchObject({ refused: 1, applied: 1 });
    const retried = await app.call<OperationView>('POST', `operations/${over.id}/retry`, {
      acknowledge: ['legacyAuthInterruption'],
    });
    expect(await app.over(retried.body)).toMatchObject({ references: 1, counts: { applied: 1 } });
    expect(parts.graph.directory.columns.states[one.index]).toBe(2);
  });

  it('fails a user who has two states under two names', async () => {
    const one = parts.people.one({ state: 'disabled' });
    const two = parts.people.one({ state: 'disabled' });
    const { over, items } = await outcomesOf(
      `user,state\n${one.name},enforced\n${one.id},enabled\n${two.id},enabled\n`,
      'reason=x',
    );
    expect(over.counts).toMatchObject({ failed: 2, applied: 1 });
    expect(items[0]).toMatchObject({ detail: { code: 'conflictingStates' } });
    expect(parts.graph.directory.columns.states[one.index]).toBe(0);
  });

  it('is refused when neither it nor the query has a state', async () => {
    const { status, body } = await app.call<ErrorBody>('POST', 'state-changes/csv?reason=x', 'user\na@b.c\n', csv);
    expect({ status, body }).toMatchObject({ status: 400, body: { error: { target: 'state' } } });
    expect(body.error.message).toContain('MFA status');
  });
});

describe('a reason of several lines', () => {
  it('is kept as it is, with one kind of line end', async () => {
    const person = parts.people.one({ state: 'disabled' });
    const operation = await app.request({
      state: 'enabled',
      users: [person.id],
      reason: 'Ticket 4711\r\nHR: new\n\tteam',
    });
    await app.over(operation);
    const reason = 'Ticket 4711\nHR: new\n\tteam';
    expect(operation).toMatchObject({ reason });
    expect((await historyOf(parts.worker(), person.id))[0]).toMatchObject({ reason });
    const exported = await app.call<string>('GET', `audit/export?operation=${operation.id}`);
    expect(String(exported.body)).toContain(`"${reason}"`);
  });
});
