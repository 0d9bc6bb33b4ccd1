import { expect, onTestFinished, test } from 'vitest';
import { busControl } from '../../../local/service-bus/busControl.ts';
import { startControlServer } from '../../../local/service-bus/control.ts';
import { only, PATIENTLY, startNamespace } from './namespace.ts';

async function startControl() {
  const namespace = await startNamespace({ q: {}, other: {} });
  const control = await startControlServer(namespace.emulator, 0);
  onTestFinished(() => control.close());
  const call = async (method: string, path: string, body?: string) => {
    const response = await fetch(control.url + path, { method, ...(body === undefined ? {} : { body }) });
    return { status: response.status, body: await response.json() };
  };
  return { ...namespace, call, url: control.url };
}

test('the counts of all queues can be read', async () => {
  const { client, call } = await startControl();
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
  expect(await call('GET', '/queues')).toMatchObject({
    status: 200,
    body: { q: { active: 2, enqueued: 2, deadLetter: 0 }, other: { active: 0 } },
  });
});

test('messages that are left are those to be delivered, scheduled ones and dead letters, of all queues', async () => {
  const { client, url } = await startControl();
  const bus = busControl(url);
  expect(await bus.messagesLeft()).toBe(0);
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
  await client.createSender('other').scheduleMessages({ body: 3 }, new Date(Date.now() + 3_600_000));
  expect(await bus.messagesLeft()).toBe(3);
  const receiver = client.createReceiver('q');
  const [first, second] = await receiver.receiveMessages(2, PATIENTLY);
  expect(await bus.messagesLeft()).toBe(3);
  if (first !== undefined) await receiver.deadLetterMessage(first);
  expect(await bus.messagesLeft()).toBe(3);
  if (second !== undefined) await receiver.completeMessage(second);
  expect(await bus.messagesLeft()).toBe(2);
});

test('locks can be made to run out, of one queue or of all', async () => {
  const { client, call, emulator } = await startControl();
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  only(await receiver.receiveMessages(1, PATIENTLY));
  expect(await call('POST', '/faults/expire-locks', '{"queue":"other"}')).toEqual({ status: 200, body: {} });
  expect(emulator.queue('q').lockExpirations).toBe(0);
  expect(await call('POST', '/faults/expire-locks')).toEqual({ status: 200, body: {} });
  expect(emulator.queue('q').lockExpirations).toBe(1);
});

test('connections can be dropped', async () => {
  const { client, call } = await startControl();
  await client.createSender('q').sendMessages({ body: 1 });
  expect(await call('POST', '/faults/drop-connections')).toEqual({ status: 200, body: { dropped: 1 } });
});

test('a namespace can be made busy, and be left alone again', async () => {
  const { client, call } = await startControl();
  const sender = client.createSender('q');
  const rule = '{"queue":"q","traffic":"send","seconds":600,"count":100}';
  expect(await call('POST', '/faults/server-busy', rule)).toEqual({ status: 200, body: {} });
  await expect(sender.sendMessages({ body: 1 })).rejects.toMatchObject({ code: 'ServiceBusy' });
  expect(await call('DELETE', '/faults/server-busy')).toEqual({ status: 200, body: {} });
  await sender.sendMessages({ body: 1 });
});

test.each([
  ['POST', '/faults/server-busy', undefined, 400],
  ['POST', '/faults/server-busy', '{"queue":"q"}', 400],
  ['POST', '/faults/server-busy', '{"queue":"nope","count":1}', 404],
  ['POST', '/faults/server-busy', '{"count":1,"traffic":"both"}', 400],
  ['POST', '/faults/expire-locks', '{"queue":"nope"}', 404],
  ['POST', '/faults/expire-locks', '{"queue":1}', 400],
  ['POST', '/faults/expire-locks', '{', 400],
  ['GET', '/nothing', undefined, 404],
])('%s %s with %s is answered with what is wrong', async (method, path, body, status) => {
  const { call } = await startControl();
  const answer = await call(method, path, body);
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ error: { message: expect.any(String) } });
});
