import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { ACCOUNT_DISABLED } from '../../../local/graph/directory/directory.ts';
import type { SentMail } from '../../../local/graph/mailbox.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { failNotification, sendNotification } from '../../../shared/notifications/notify.ts';
import type { MailMessage } from '../../../shared/queues/messages.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { change, historyOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

const FROM = 'mfa-notifications@contoso.com';
let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 800 });
});
afterAll(() => parts.close());
// Mails of another test, or the longest hold after an answer of Graph, may have taken the next times.
beforeEach(() => parts.clock.advance(16 * 60_000));

interface Queued {
  readonly notification: MailMessage;
  readonly at: number;
}

/** Workers whose queue of mails is in the hand of the test; what is sent to it twice is there twice. */
function mailing(): { readonly queue: Queued[]; worker(): Dependencies } {
  const queue: Queued[] = [];
  return {
    queue,
    worker: () => {
      const real = parts.worker({ wait: parts.clock.skip }, { NOTIFY_FROM: FROM });
      const queues: Dependencies['queues'] = {
        ...real.queues,
        sendNotifications: async (messages) => {
          for (const { notification, at } of messages) queue.push({ notification, at: at ?? parts.clock.now() });
        },
      };
      const queueNotifications: Dependencies['queueNotifications'] = async (operation, chunk) => {
        const { notificationsOf } = await import('../../../shared/notifications/queueNotifications.ts');
        await queues.sendNotifications(notificationsOf(operation, chunk).map((notification) => ({ notification })));
      };
      return { ...real, queues, queueNotifications };
    },
  };
}

/** Delivers what is queued, in the order of time, with the clock put forward to each. */
async function deliverAll(queue: Queued[], deliver: (message: MailMessage) => Promise<unknown>): Promise<void> {
  while (queue.length > 0) {
    queue.sort((a, b) => a.at - b.at);
    const { notification, at } = queue.shift() as Queued;
    parts.clock.advance(Math.max(0, at - parts.clock.now()));
    await deliver(notification);
  }
}

const mailbox = (): Promise<SentMail[]> => graphControl(parts.graph.url).mailbox();

/** How many mails went to these addresses. */
async function mailsTo(addresses: readonly string[]): Promise<number> {
  const sent = await mailbox();
  return sent.flatMap(({ to }) => to).filter((address) => addresses.includes(address.toLowerCase())).length;
}

const addressOf = (index: number): string => (parts.graph.directory.mail(index) as string).toLowerCase();

function peopleWithMail(count: number) {
  return parts.people.take(count, {
    state: 'disabled',
    where: ({ index }) =>
      parts.graph.directory.mail(index) !== null && !parts.graph.directory.has(index, ACCOUNT_DISABLED),
  });
}

async function eventsOf(deps: Dependencies, userId: string): Promise<string[]> {
  return (await historyOf(deps, userId)).map(({ event, code }) => [event, code].filter(Boolean).join(' '));
}

describe('telling users', () => {
  it('sends a mail to each user who was enabled, and to no other user', async () => {
    const { queue, worker } = mailing();
    const deps = worker();
    const [first, second, already] = peopleWithMail(3);
    const users = [first, second, already].map((person) => person?.id as string);
    await change(deps, { users: [already?.id as string] });
    await change(deps, { users, notify: true });
    await deliverAll(queue, (message) => sendNotification(message, deps));
    expect(await mailsTo([first, second, already].map((person) => addressOf(person?.index as number)))).toBe(2);
    expect(await eventsOf(deps, first?.id as string)).toEqual(['notificationSent', 'stateChanged']);
    expect(await eventsOf(deps, already?.id as string)).toEqual(['stateChanged']);
  });

  it.each([
    ['a dry run', { dryRun: true, notify: true }],
    ['an operation that was not asked to', { notify: false }],
    [
      'an operation that does not enable',
      { notify: true, state: 'enforced' as const, acknowledge: ['legacyAuthInterruption' as const] },
    ],
  ])('queues nothing for %s', async (_what, request) => {
    const { queue, worker } = mailing();
    await change(worker(), { users: peopleWithMail(1).map(({ id }) => id), ...request });
    expect(queue).toEqual([]);
  });

  it('records that a user has no mailbox', async () => {
    const { queue, worker } = mailing();
    const deps = worker();
    const person = parts.people.one({
      state: 'disabled',
      where: ({ index }) =>
        parts.graph.directory.mail(index) === null && !parts.graph.directory.has(index, ACCOUNT_DISABLED),
    });
    await change(deps, { users: [person.id], notify: true });
    await deliverAll(queue, (message) => sendNotification(message, deps));
    expect(await eventsOf(deps, person.id)).toEqual(['notificationSkipped noMailbox', 'stateChanged']);
  });

  it('records what Graph refuses, and leaves the state as it is', async () => {
    const { queue, worker } = mailing();
    const deps = worker();
    const [person] = peopleWithMail(1);
    await change(deps, { users: [person?.id as string], notify: true });
    const wrong = { ...deps, mail: { ...deps.mail, from: 'nobody@contoso.com' } };
    await deliverAll(queue, (message) => sendNotification(message, wrong));
    expect(await eventsOf(deps, person?.id as string)).toEqual(['notificationFailed ErrorInvalidUser', 'stateChanged']);
    expect(parts.graph.directory.columns.states[person?.index as number]).toBe(1);
  });
});

describe('a mail is sent at most once', () => {
  /** One user who was enabled, and the message about it. */
  async function enabledUser() {
    const { queue, worker } = mailing();
    const deps = worker();
    const [person] = peopleWithMail(1);
    await change(deps, { users: [person?.id as string], notify: true });
    const { notification } = queue.shift() as Queued;
    const count = (): Promise<number> => mailsTo([addressOf(person?.index as number)]);
    return { queue, worker, deps, notification, id: person?.id as string, count };
  }

  it('when the process ended between sending and storing the result: the result stays unknown', async () => {
    const { queue, worker, notification, id, count } = await enabledUser();
    const ending = worker();
    interrupt(ending.deliveries, 'replace', 'before', { at: 2 }); // the claim is stored, the result is not
    await expect(sendNotification(notification, ending)).rejects.toThrow(Crash);
    expect(await count()).toBe(1);
    queue.push({ notification, at: parts.clock.now() });
    await deliverAll(queue, (message) => sendNotification(message, worker()));
    expect(await count()).toBe(1);
    expect(await eventsOf(worker(), id)).toEqual(['notificationFailed unknown', 'stateChanged']);
  });

  it('when the process ended before the record of it: the record is made, once', async () => {
    const { worker, notification, id, count } = await enabledUser();
    const ending = worker();
    interrupt(ending.audit, 'record', 'before');
    await expect(sendNotification(notification, ending)).rejects.toThrow(Crash);
    for (const _ of [1, 2]) expect(await sendNotification(notification, worker())).toEqual({ mail: 'sent' });
    expect(await count()).toBe(1);
    expect(await eventsOf(worker(), id)).toEqual(['notificationSent', 'stateChanged']);
  });

  it('when several workers have the message', async () => {
    const { queue, worker, notification, id, count } = await enabledUser();
    await Promise.all([1, 2, 3].map(() => sendNotification(notification, worker())));
    await deliverAll(queue, (message) => sendNotification(message, worker()));
    expect(await count()).toBe(1);
    expect(await eventsOf(worker(), id)).toEqual(['notificationSent', 'stateChanged']);
  });

  it('when Graph does not say whether it took it', async () => {
    const { deps, notification, id, count } = await enabledUser();
    const graph: Dependencies['graph'] = async (request) => {
      const answer = await deps.graph(request);
      if (!request.path.endsWith('/sendMail')) return answer;
      return { kind: 'retry', status: 0, code: 'timeout', throttled: false, retryAfterMs: undefined };
    };
    expect(await sendNotification(notification, { ...deps, graph })).toEqual({ mail: 'unknown' });
    expect(await sendNotification(notification, deps)).toEqual({ mail: 'unknown' });
    expect(await count()).toBe(1);
    expect(await eventsOf(deps, id)).toEqual(['notificationFailed unknown', 'stateChanged']);
  });

  it.each([
    ['sendMail', 'POST'],
    ['displayName', 'GET'],
  ])('when Graph answers 401 once: %s', async (path, method) => {
    const { deps, notification, id, count } = await enabledUser();
    parts.graph.faults.add({ match: { path, method }, times: 2, fault: { status: 401 } });
    const { queue } = mailing();
    queue.push({ notification, at: 0 });
    const queues = {
      ...deps.queues,
      sendNotifications: async (messages: Parameters<typeof deps.queues.sendNotifications>[0]) => {
        for (const { notification: again, at } of messages) queue.push({ notification: again, at: at ?? 0 });
      },
    };
    await deliverAll(queue, (message) => sendNotification(message, { ...deps, queues }));
    expect(parts.graph.faults.list()).toMatchObject([{ fired: 2 }]);
    parts.graph.faults.remove();
    expect(await count()).toBe(1);
    expect(await eventsOf(deps, id)).toEqual(['notificationSent', 'stateChanged']);
  });

  it.each([
    [403, 'ErrorAccessDenied', true],
    [404, 'ErrorInvalidUser', false],
  ])(
    'never, when Graph refuses it with %i, and the record has the words of Graph',
    async (status, code, permission) => {
      const { deps, notification, id, count } = await enabledUser();
      const body = { error: { code, message: 'Not this mailbox.' } };
      const fault = { status, headers: { 'request-id': 'request-4' }, body };
      parts.graph.faults.add({ match: { path: 'sendMail' }, fault });
      expect(await sendNotification(notification, deps)).toEqual({ mail: 'failed' });
      parts.graph.faults.remove();
      expect(await count()).toBe(0);
      const [entry] = (await historyOf(deps, id)).filter(({ event }) => event === 'notificationFailed');
      expect(entry).toMatchObject({ code, requestId: 'request-4' });
      expect(entry?.message).toContain(`${status} ${code}: Not this mailbox.`);
      expect(entry?.message?.includes('Mail.Send')).toBe(permission);
    },
  );

  it('when it is given up as a dead letter', async () => {
    const { deps, notification, id, count } = await enabledUser();
    const reason = { code: 'deadLettered', message: 'Given up.' };
    expect(await failNotification(notification, reason, deps)).toBe(1);
    expect(await sendNotification(notification, deps)).toEqual({ mail: 'failed' });
    expect(await count()).toBe(0);
    expect(await eventsOf(deps, id)).toEqual(['notificationFailed deadLettered', 'stateChanged']);
  });
});

/** As many as fill two minutes; `npm run test:scale` takes more. */
const MAILS = process.env.SCALE === '1' ? 200 : 65;

it(`${MAILS} enabled users get exactly ${MAILS} mails, at most 30 a minute, whatever goes wrong`, async () => {
  const { queue, worker } = mailing();
  const people = peopleWithMail(MAILS);
  await change(worker(), { users: people.map(({ id }) => id), notify: true });
  const sentBefore = (await mailbox()).length;
  queue.push(...queue.slice(0, 20)); // delivered twice

  const steady = worker();
  let turn = 0;
  let crashes = 0;
  await deliverAll(queue, async (message) => {
    turn++;
    const fault = turn % 7;
    const mayMiss = true; // most deliveries only schedule a later one
    const deps = fault >= 1 && fault <= 3 ? worker() : steady;
    if (fault === 1) interrupt(deps.deliveries, 'create', 'after', { mayMiss }); // scheduled, and the process ends
    if (fault === 2) interrupt(deps.deliveries, 'replace', 'before', { at: 2, mayMiss }); // sent, and the answer is lost
    if (fault === 3) interrupt(deps.audit, 'record', 'before', { mayMiss });
    const graph: Dependencies['graph'] = async (request) =>
      fault === 4 && request.path.endsWith('/sendMail')
        ? { kind: 'retry', status: 429, code: 'TooManyRequests', throttled: true, retryAfterMs: 5_000 }
        : deps.graph(request);
    try {
      await sendNotification(message, { ...deps, graph });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      crashes++;
      queue.push({ notification: message, at: parts.clock.now() + 5 * 60_000 }); // the lock runs out
    }
  });

  expect(crashes).toBeGreaterThan(MAILS / 4);

  const sent = (await mailbox()).slice(sentBefore);
  expect(sent.flatMap(({ to }) => to.map((address) => address.toLowerCase())).sort()).toEqual(
    people.map(({ index }) => addressOf(index)).sort(),
  );
  const times = sent.map(({ at }) => at);
  for (const from of times)
    expect(times.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(30);
  expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(2 * 60_000);
  for (const { id } of people) {
    const events = (await eventsOf(steady, id)).filter((event) => event.startsWith('notification'));
    expect(events).toHaveLength(1);
  }
});
