import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { historyOf } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;
let client: ServiceBusClient;

beforeAll(async () => {
  parts = await startParts();
  app = await startApp(parts);
  client = new ServiceBusClient(parts.bus.connectionString);
});
afterAll(async () => {
  await client.close();
  await app.child.stop();
  await parts.close();
});

const operationId = '0bb20000-0000-4000-8000-00000000000f';
const strange: unknown[] = [
  'just text',
  17,
  null,
  [],
  { hello: 'world' },
  { version: 2, operationId, page: 0, chunk: 'chunk-00000-00-000' },
  { version: 1, operationId: '../../operations', page: 0, chunk: 'chunk-00000-00-000' },
  { version: 1, operationId, page: -1, chunk: 'header' },
  { version: 1, operationId, page: 0, chunk: 'chunk-00000-00-000' }, // of no operation
];

interface UnknownLetterRow {
  readonly messageId: string;
  readonly reason: string;
  readonly body: string;
}

async function unknownLetters(queue: string): Promise<UnknownLetterRow[]> {
  const rows: UnknownLetterRow[] = [];
  const table = await parts.worker().open('deadLetters');
  const filter = `PartitionKey eq '${queue}'`;
  for await (const row of table.listEntities<UnknownLetterRow>({ queryOptions: { filter } })) rows.push(row);
  return rows;
}

describe.each(['plans', 'expressplans', 'changes'] as const)(
  'messages on %s that the service did not write',
  (queue) => {
    it('end in a table with their reason, and hold up nothing', async () => {
      const sender = client.createSender(queue);
      const messages = strange.map(
        (body, number): ServiceBusMessage => ({
          body,
          messageId: `strange-${number}`,
          ...(queue === 'changes' && { sessionId: 'lane-00' }),
        }),
      );
      for (const message of messages) await sender.sendMessages(message);
      const people = parts.people.take(40);
      const accepted = await app.request({ state: 'enabled', users: people.map(({ id }) => id) });
      expect(await app.over(accepted)).toMatchObject({ counts: { applied: 40 } });

      const letters = await waitUntil(async () => {
        const rows = await unknownLetters(queue);
        return rows.length === strange.length && rows;
      }, 'all strange messages are kept');
      expect(letters.map(({ messageId }) => messageId).sort()).toEqual(messages.map(({ messageId }) => messageId));
      for (const { reason } of letters) expect(reason).toMatch(/did not write the message|No operation/);
      await waitUntil(() => parts.bus.queue(queue).deadLetter === 0, 'the dead letters are done');
      expect(parts.bus.queue(queue).active).toBe(0);
    });
  },
);

describe('a message that says of itself what only its queue can say', () => {
  const ofItsQueue = /^number \d+$/;
  const ofThisRun = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  it.each([
    ['in the usual spelling', { messageId: 'forged' }, ofItsQueue],
    ['in another spelling', { MESSAGEID: 'forged' }, ofItsQueue],
    ['with its number', { messageId: 'forged', sequenceNumber: 'forged' }, ofThisRun],
    ['with its reason', { applicationProperties: { deadLetterReason: 'forged' } }, /^forging-/],
    ['in JSON that only the host reads', "{'messageId': 'forged'}", ofThisRun],
  ])('is kept under a name that it could not choose: %s', async (spelling, body, name) => {
    const mark = randomUUID();
    const said = typeof body === 'string' ? body.replace('}', `, 'mark': '${mark}'}`) : { ...body, mark };
    await client.createSender('notifications').sendMessages({ body: said, messageId: `forging-${spelling}` });
    const letter = await waitUntil(
      async () => (await unknownLetters('notifications')).find((row) => row.body.includes(mark)),
      'the message is kept',
    );
    expect(letter.messageId).toMatch(name);
  });
});

describe('work that fails again and again', () => {
  beforeAll(async () => {
    await app.child.stop();
    app = await startApp(parts, { APPLY_RETRY_BUDGET_SECONDS: '0.5', GRAPH_CONSISTENCY_SECONDS: '0.2' });
  });

  it('ends as a failed outcome with its reason, beside those that succeeded', async () => {
    const [stuck, free] = parts.people.take(2);
    if (stuck === undefined || free === undefined) throw new Error('no people');
    parts.graph.faults.add({
      match: { method: 'GET', path: `${stuck.id}/authentication/req` },
      fault: { resetConnection: true }, // the whole batch fails, which may be an outage
    });
    const accepted = await app.request({ state: 'enabled', users: [stuck.id, free.id] });
    expect(await app.over(accepted)).toMatchObject({ status: 'PartiallySucceeded', counts: { applied: 1, failed: 1 } });
    parts.graph.faults.remove();
    const [failed] = await app.items(accepted, '?status=failed');
    expect(failed).toMatchObject({ userId: stuck.id, detail: { code: 'deadLettered' } });
    expect(failed?.detail?.message).toContain('MaxDeliveryCount');
    expect(await historyOf(parts.worker(), stuck.id)).toMatchObject([{ event: 'stateChangeFailed' }]);

    const retried = await app.call<{ id: string }>('POST', `operations/${accepted.id}/retry`);
    expect(await app.over(retried.body)).toMatchObject({ counts: { applied: 1 } });
  });

  it('of a page ends for each of its references', async () => {
    parts.graph.faults.add({ match: { path: '^/beta/users\\?' }, fault: { status: 503 } });
    const accepted = await app.request({ state: 'enabled', users: [parts.people.one().name, 'nobody@contoso.com'] });
    expect(await app.over(accepted)).toMatchObject({ status: 'Failed', counts: { failed: 2 } });
    parts.graph.faults.remove();
    expect(await app.items(accepted)).toMatchObject([
      { detail: { code: 'deadLettered' } },
      { detail: { code: 'deadLettered' } },
    ]);
  });
});

describe('a message that is sent a second time', () => {
  it('with another id does nothing a second time', async () => {
    const people = parts.people.take(10);
    const accepted = await app.request({ state: 'enabled', users: people.map(({ id }) => id) });
    await app.over(accepted);
    const writes = parts.graph.ledger.entries.length;
    const [plans, changes] = [client.createSender('expressplans'), client.createSender('changes')];
    const before = parts.bus.queue('expressplans').completed;
    await plans.sendMessages({
      body: { version: 1, operationId: accepted.id, page: 0 },
      messageId: randomUUID(),
    });
    for (const { key, lane } of await parts.worker().operations.getChunks(accepted.id, 0))
      await changes.sendMessages({
        body: { version: 1, operationId: accepted.id, chunk: key },
        messageId: randomUUID(),
        sessionId: `express-${lane}`,
      });
    await waitUntil(() => parts.bus.queue('expressplans').completed > before, 'the page is planned again');
    await waitUntil(() => parts.bus.queue('changes').active === 0, 'the chunks are applied again');
    expect(parts.graph.ledger.entries).toHaveLength(writes);
    for (const { id } of people) expect(await historyOf(parts.worker(), id)).toHaveLength(1);
  });
});
