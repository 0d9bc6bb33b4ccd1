import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postEvent } from '../../../shared/events/post.ts';
import { GIVE_UP_AFTER_MS, retryMs, sendEvent } from '../../../shared/events/sendEvent.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { recoverOperations } from '../../../shared/maintenance/recoverOperations.ts';
import type { EventQueueMessage } from '../../../shared/queues/messages.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { accept, run as carryOut, change } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';
import { DAY_MS, Outside, run, sweep } from '../registration/sweeps.ts';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;
let parts: Parts;
let receiver: Receiver;
/** What is in the queue of events, by the ids of the messages. It drops what has an id that it knows, as queues do. */
let queue: Map<string, { message: EventQueueMessage; at: number }>;
let known: Set<string>;

beforeAll(async () => {
  [parts, receiver] = await Promise.all([startParts({ users: 60 }), startReceiver()]);
});
afterAll(async () => {
  await Promise.all([parts.close(), receiver.close()]);
});
beforeEach(() => {
  queue = new Map();
  known = new Set();
  receiver.received.length = 0;
  receiver.answer = (response) => response.writeHead(204).end();
});

/** A process with a webhook, whose queue of events is in the hand of the test. */
function worker(settings: Readonly<Record<string, string>> = {}): Dependencies {
  const webhook = { NOTIFY_WEBHOOK: `${receiver.url}/hook?key=in-the-address`, NOTIFY_WEBHOOK_SECRET: SECRET };
  const deps = parts.worker({}, { ...webhook, API_URL: 'https://mfa.contoso.com/api/', ...settings });
  const put = (id: string, message: EventQueueMessage, at = parts.clock.now()): void => {
    if (!known.has(id)) queue.set(id, { message, at });
    known.add(id);
  };
  // The effects that were built with the queues call them when they are needed.
  replaceMethod(deps.queues, 'sendEvents', () => async (messages) => {
    for (const { event, at } of messages) put(JSON.stringify({ ...event, since: '' }), event, at);
  });
  replaceMethod(deps.queues, 'sendFinishChecks', () => async (messages) => {
    for (const { check, at } of messages) put(`${check.operationId} ${at}`, check, at);
  });
  return deps;
}

const queued = (event: EventQueueMessage['event']) =>
  [...queue.values()].map(({ message }) => message).filter((message) => message.event === event);

/** Delivers what is queued in the order of time, until nothing is, with the clock put forward. */
async function deliverAll(deps: Dependencies): Promise<void> {
  for (;;) {
    const [next] = [...queue].sort(([, a], [, b]) => a.at - b.at);
    if (next === undefined) return;
    const [id, { message, at }] = next;
    parts.clock.advance(Math.max(0, at - parts.clock.now()));
    await sendEvent(message, deps);
    queue.delete(id);
  }
}

const bodies = () => receiver.received.map(({ body }) => JSON.parse(body));

describe('an operation that is finished', () => {
  it('is sent as a signed CloudEvent, with counts and a link, and without names and reasons', async () => {
    const deps = worker();
    const [person, other] = parts.people.take(2);
    const operation = await accept(deps, { users: [person?.name as string, other?.id as string, 'no@contoso.com'] });
    await carryOut(deps, operation);
    await deliverAll(deps);
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body, path }] = receiver.received as [Receiver['received'][number]];
    const { finishedAt } = await deps.progress.read(operation);
    expect(path).toBe('/hook?key=in-the-address');
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: `operation-finished_${operation.id}`,
      source: `/tenants/${parts.graph.tenantId}/per-user-mfa`,
      type: 'per-user-mfa.operation.finished.v1',
      subject: `operations/${operation.id}`,
      time: finishedAt,
      datacontenttype: 'application/json',
      data: {
        operationId: operation.id,
        kind: 'stateChange',
        status: 'PartiallySucceeded',
        targetState: 'enabled',
        dryRun: false,
        references: 3,
        counts: expect.objectContaining({ applied: 2, failed: 1, pending: 0 }),
        createdDateTime: operation.acceptedAt,
        finishedDateTime: finishedAt,
        link: `https://mfa.contoso.com/api/operations/${operation.id}`,
      },
    });
    expect(body).not.toContain(person?.name);
    expect(body).not.toContain('a test');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
  });

  it('is sent also when no user is to be changed', async () => {
    const deps = worker();
    await change(deps, { users: ['no@contoso.com'] });
    await deliverAll(deps);
    expect(bodies()).toMatchObject([{ data: { status: 'Failed' } }]);
  });

  it('is sent by the timer when the process ended before the check was queued', async () => {
    const ending = worker();
    const operation = await accept(ending, { users: [parts.people.one().id] });
    interrupt(ending.queues, 'sendFinishChecks', 'before');
    await expect(carryOut(ending, operation)).rejects.toThrow(Crash);
    expect(queue.size).toBe(0);

    parts.clock.advance(ending.recoverAfterMs + 1);
    const timer = worker();
    interrupt(timer.index, 'markOver', 'before');
    await expect(recoverOperations(timer)).rejects.toThrow(Crash); // raised, and not noted
    await recoverOperations(worker());
    await recoverOperations(worker());
    const mine = queued('operationFinished').filter(
      (event) => 'operationId' in event && event.operationId === operation.id,
    );
    expect(mine).toHaveLength(1);
    await deliverAll(worker());
    expect(bodies().map(({ id }) => id)).toContain(`operation-finished_${operation.id}`);
  });

  it('is sent again, with the same content and id, when its message is delivered again', async () => {
    const deps = worker();
    await change(deps, { users: [parts.people.one().id] });
    await deliverAll(deps);
    const { id } = bodies()[0];
    const again = { version: 1, event: 'operationFinished', operationId: id.split('_')[1], attempt: 0 } as const;
    await sendEvent({ ...again, since: new Date(parts.clock.now()).toISOString() }, worker());
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    expect(receiver.received[1]?.headers['webhook-id']).toBe(id);
  });

  it('is not sent without a webhook', async () => {
    const deps = worker({ NOTIFY_WEBHOOK: '' });
    await change(deps, { users: [parts.people.one().id] });
    parts.clock.advance(deps.recoverAfterMs + 1);
    await recoverOperations(deps);
    expect(queue.size).toBe(0);
    const left = { version: 1, event: 'look', operationId: '11111111-2222-4333-8444-555555555555' } as const;
    expect(await sendEvent(left, deps)).toEqual({ webhook: 'off' });
  });
});

describe('a receiver that does not take an event', () => {
  const event = (attempt = 0) =>
    ({
      version: 1,
      event: 'deadLetter',
      queue: 'plans',
      messageId: 'm1',
      since: new Date(parts.clock.now()).toISOString(),
      attempt,
    }) as const;

  it('gets it again after ever longer times, an hour at most', () => {
    expect([0, 1, 2, 9, 10, 1_000].map((attempt) => retryMs(attempt, undefined) / 1000)).toEqual([
      5, 10, 20, 2_560, 3_600, 3_600,
    ]);
    expect([0, 60_000, 86_400_000].map((askedFor) => retryMs(0, askedFor) / 1000)).toEqual([5, 60, 3_600]);
  });

  it('gets it until it does, with the same id, and each time with a new signature', async () => {
    const deps = worker();
    receiver.answer = (response) => response.writeHead(receiver.received.length < 4 ? 503 : 200).end('thanks');
    await deps.queueEvent({ event: 'deadLetter', queue: 'plans', messageId: 'm1' });
    await deliverAll(deps);
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    expect(bodies()[0]).toMatchObject({ type: 'per-user-mfa.dead-letter.v1', data: { queue: 'plans' } });
  });

  it('is asked again when it says', async () => {
    receiver.answer = (response) => response.writeHead(429, { 'Retry-After': '120' }).end();
    const before = parts.clock.now();
    expect(await sendEvent(event(), worker())).toEqual({ webhook: 'retry', code: 'http429' });
    const [next] = [...queue.values()];
    expect((next?.at ?? 0) - before).toBeGreaterThanOrEqual(120_000);
    expect(next?.message).toMatchObject({ attempt: 1 });
  });

  it('is given up after a day, and the event is kept', async () => {
    const deps = worker();
    receiver.answer = (response) => response.writeHead(500).end();
    await deps.queueEvent({ event: 'deadLetter', queue: 'changes', messageId: 'given-up' });
    const before = parts.clock.now();
    await deliverAll(deps);
    expect(parts.clock.now() - before).toBeGreaterThan(GIVE_UP_AFTER_MS - 60 * 60_000 - 1);
    expect(parts.clock.now() - before).toBeLessThanOrEqual(GIVE_UP_AFTER_MS + 60_000);
    const kept: Record<string, unknown>[] = [];
    for await (const row of (await deps.open('deadLetters')).listEntities()) kept.push(row);
    expect(kept).toMatchObject([{ partitionKey: 'events', reason: expect.stringContaining('http500') }]);
  });

  it('does not choose where events go next', async () => {
    receiver.answer = (response, { path }) =>
      response.writeHead(path === '/elsewhere' ? 200 : 307, { Location: `${receiver.url}/elsewhere` }).end();
    expect(await sendEvent(event(), worker())).toEqual({ webhook: 'retry', code: 'http307' });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?key=in-the-address']);
  });

  it('cannot hold the service up with an answer without end, nor with none', async () => {
    const deps = worker();
    const webhook = deps.webhook as NonNullable<Dependencies['webhook']>;
    const one = { specversion: '1.0', id: 'x', source: 's', type: 't', subject: 'x', time: 'x' } as const;
    const cloudEvent = { ...one, datacontenttype: 'application/json', data: {} } as const;
    const closed = new Promise<void>((resolve) => {
      receiver.answer = (response) => {
        response.writeHead(200);
        const pour = (): void => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', pour).on('close', resolve);
        pour();
      };
    });
    expect(await postEvent(cloudEvent, webhook, parts.clock.now())).toEqual({ kind: 'delivered' });
    await closed;
    receiver.answer = () => {};
    const silence = await postEvent(cloudEvent, webhook, parts.clock.now(), 50);
    expect(silence).toMatchObject({ kind: 'retry', code: 'TimeoutError' });
  });

  it('is not named in what is logged', async () => {
    const gone = await startReceiver();
    await gone.close();
    const summary = await sendEvent(event(), worker({ NOTIFY_WEBHOOK: `${gone.url}/hook?key=in-the-address` }));
    expect(summary).toEqual({ webhook: 'retry', code: 'ECONNREFUSED' });
  });
});

describe('an operation that lowers states', () => {
  it.each([
    ['disabled', 2],
    ['enabled', 1],
  ] as const)('is reported once more, with how many it lowered: to %s', async (state, lowered) => {
    const deps = worker();
    const outside = new Outside(parts);
    const people = parts.people.take(3);
    for (const [index, person] of people.entries())
      outside.set(person, (['enforced', 'enabled', 'disabled'] as const)[index] ?? 'disabled');
    const users = people.map(({ id }) => id);
    await carryOut(deps, await accept(deps, { state, users, acknowledge: ['weaken'] }));
    await deliverAll(deps);
    const found = bodies().filter(({ type }) => type === 'per-user-mfa.states.lowered.v1');
    expect(found).toHaveLength(1);
    expect(found[0].data).toMatchObject({ users: lowered });
    expect(found[0].data.link).toMatch(/audit\?operation=[\w-]+&event=stateChanged$/);
  });

  it.each([{ dryRun: true }, { state: 'enforced' as const }])(
    'is not reported so when it lowers none: %j',
    async (body) => {
      const deps = worker();
      const person = parts.people.one();
      new Outside(parts).set(person, 'enabled');
      await carryOut(deps, await accept(deps, { state: 'disabled', users: [person.id], ...body }));
      await deliverAll(deps);
      expect(bodies().map(({ type }) => type)).toEqual(['per-user-mfa.operation.finished.v1']);
    },
  );
});

it('states that were changed outside are reported once per sweep, with their number and a link', async () => {
  const outside = new Outside(parts);
  const people = parts.people.take(3);
  await sweep(worker());
  queue.clear();
  for (const person of people) outside.set(person, 'enforced');
  parts.clock.advance(DAY_MS);
  await sweep(worker());
  await deliverAll(worker());
  const [{ type, data }, ...others] = bodies().filter(({ type }) => type.includes('outside'));
  expect(others).toEqual([]);
  expect(type).toBe('per-user-mfa.changed-outside.found.v1');
  expect(data.users).toBeGreaterThanOrEqual(people.length);
  expect(data.link).toMatch(/audit\?event=changedOutside&fromDateTime=/);
});

it('stuck users are reported once per sweep, with their number and a link, also when the sweep is interrupted', async () => {
  const outside = new Outside(parts);
  const people = parts.people.take(3);
  for (const person of people) {
    outside.register(person);
    outside.set(person, 'enabled');
  }
  const { entries } = await sweep(worker());
  expect(entries).not.toHaveProperty('stuckEnabled');
  queue.clear();
  parts.clock.advance(8 * DAY_MS);
  const ending = worker();
  const queueEvent: Dependencies['queueEvent'] = async (event) => {
    await ending.queueEvent(event);
    throw new Crash('ended when the event was queued');
  };
  await expect(run({ ...ending, queueEvent })).rejects.toThrow(Crash);
  expect(queued('stuckUsersFound')).toHaveLength(1);
  await sweep(worker());
  expect(new Set(queued('stuckUsersFound').map((event) => JSON.stringify({ ...event, since: '' }))).size).toBe(1);
  await deliverAll(worker());
  const { type, data } = bodies()[0];
  expect(type).toBe('per-user-mfa.stuck-users.found.v1');
  expect(data.users).toBeGreaterThanOrEqual(people.length);
  expect(data.link).toMatch(/^https:\/\/mfa\.contoso\.com\/api\/audit\?event=stuckEnabled&fromDateTime=/);
  await sweep(worker());
  expect(queued('stuckUsersFound')).toEqual([]);
});
