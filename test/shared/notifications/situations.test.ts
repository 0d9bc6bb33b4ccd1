import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { ACCOUNT_DISABLED } from '../../../local/graph/directory/directory.ts';
import type { SentMail } from '../../../local/graph/mailbox.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { sendNotification } from '../../../shared/notifications/notify.ts';
import { notificationsOf } from '../../../shared/notifications/queueNotifications.ts';
import { requestResend, resendMails } from '../../../shared/notifications/resendMails.ts';
import deutsch from '../../../shared/notifications/templates/de.json' with { type: 'json' };
import english from '../../../shared/notifications/templates/en.json' with { type: 'json' };
import guestDeutsch from '../../../shared/notifications/templates/guest.de.json' with { type: 'json' };
import guestEnglish from '../../../shared/notifications/templates/guest.en.json' with { type: 'json' };
import registeredDeutsch from '../../../shared/notifications/templates/registered.de.json' with { type: 'json' };
import registeredEnglish from '../../../shared/notifications/templates/registered.en.json' with { type: 'json' };
import type { MailMessage, ResendMessage } from '../../../shared/queues/messages.ts';
import { accept, change, historyOf, run } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { Outside } from '../registration/sweeps.ts';

const HOUR_MS = 60 * 60_000;
let parts: Parts;
let outside: Outside;
/** The queue of mails. */
let queue: { readonly notification: MailMessage; readonly at: number }[];
let resends: ResendMessage[];
let deps: Dependencies;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
  outside = new Outside(parts);
});
afterAll(() => parts.close());
beforeEach(() => {
  parts.graph.faults.remove();
  queue = [];
  resends = [];
  const real = parts.worker({ wait: parts.clock.skip }, { NOTIFY_FROM: 'mfa-notifications@contoso.com' });
  const queues: Dependencies['queues'] = {
    ...real.queues,
    sendNotifications: async (messages) => {
      for (const { notification, at } of messages) queue.push({ notification, at: at ?? parts.clock.now() });
    },
    sendResend: async (message) => void resends.push(message),
  };
  const queueNotifications: Dependencies['queueNotifications'] = (operation, chunk) =>
    queues.sendNotifications(notificationsOf(operation, chunk).map((notification) => ({ notification })));
  deps = { ...real, queues, queueNotifications };
});

/** Delivers what is queued, in the order of time, with the clock put forward to each, until a time. */
async function deliver(until = Number.POSITIVE_INFINITY): Promise<void> {
  for (;;) {
    queue.sort((a, b) => a.at - b.at);
    const [next] = queue;
    if (next === undefined || next.at > until) return;
    queue.shift();
    parts.clock.advance(Math.max(0, next.at - parts.clock.now()));
    await sendNotification(next.notification, deps);
  }
}

function userWithMail(wanted: { readonly registered?: boolean; readonly guest?: boolean } = {}): Person {
  return parts.people.one({
    state: 'disabled',
    registered: false,
    guest: false,
    ...wanted,
    where: ({ index }) =>
      parts.graph.directory.mail(index) !== null && !parts.graph.directory.has(index, ACCOUNT_DISABLED),
  });
}

/** Enables users with mails, which stay in the queue. */
async function enable(...people: readonly Person[]): Promise<Operation> {
  const operation = await accept(deps, { users: people.map(({ id }) => id), notify: true });
  await run(deps, operation);
  return operation;
}

async function mailsTo({ index }: Person): Promise<SentMail[]> {
  const address = (parts.graph.directory.mail(index) as string).toLowerCase();
  const sent = await graphControl(parts.graph.url).mailbox();
  return sent.filter(({ to }) => to.some((one) => one.toLowerCase() === address));
}

/** The entries about mails to a user, newest first. */
async function mailEntriesOf({ id }: Person): Promise<AuditEntry[]> {
  return (await historyOf(deps, id)).filter(({ event }) => event.startsWith('notification'));
}

describe('a mail that is no longer right is not sent', () => {
  it.each<[string, string, (person: Person) => unknown]>([
    ['the user was disabled again', 'notEnabled', (person) => change(deps, { users: [person.id], state: 'disabled' })],
    [
      'the user was disabled past the service',
      'notEnabled',
      (person) => {
        parts.clock.advance(HOUR_MS);
        outside.set(person, 'disabled');
      },
    ],
    [
      'the user was disabled and enabled again, without a mail',
      'notEnabled',
      async (person) => {
        await change(deps, { users: [person.id], state: 'disabled' });
        parts.clock.advance(1_000);
        await change(deps, { users: [person.id] });
      },
    ],
    ['the account was blocked', 'accountDisabled', ({ index }) => block(index)],
    ['the user was deleted', 'userNotFound', (person) => outside.delete(person)],
  ])('because %s', async (_what, code, happen) => {
    const person = userWithMail();
    const before = (await mailsTo(person)).length;
    await enable(person);
    await happen(person);
    await deliver();
    expect((await mailsTo(person)).length).toBe(before);
    const [entry, ...more] = await mailEntriesOf(person);
    expect([entry?.event, entry?.code, more]).toEqual(['notificationSkipped', code, []]);
    expect(entry?.message).not.toMatch(/permission/i);
  });
});

function block(index: number): void {
  const { flags } = parts.graph.directory.columns;
  flags[index] = (flags[index] as number) | ACCOUNT_DISABLED;
}

describe('the words fit', () => {
  it.each<[string, { readonly registered?: boolean; readonly guest?: boolean }, readonly string[]]>([
    ['a user who must register', {}, [english.subject, deutsch.subject]],
    ['a user who is registered', { registered: true }, [registeredEnglish.subject, registeredDeutsch.subject]],
    ['a guest of another tenant', { guest: true }, [guestEnglish.subject, guestDeutsch.subject]],
  ])('%s', async (_what, wanted, subjects) => {
    const person = userWithMail(wanted);
    await enable(person);
    await deliver();
    expect(subjects).toContain((await mailsTo(person)).at(-1)?.subject);
  });

  it('a registered user that Entra has enforced at once', async () => {
    const person = userWithMail({ registered: true });
    await enable(person);
    parts.clock.advance(HOUR_MS);
    outside.set(person, 'enforced');
    await deliver();
    expect([registeredEnglish.subject, registeredDeutsch.subject]).toContain((await mailsTo(person)).at(-1)?.subject);
  });
});

describe('a mail that Graph refused', () => {
  const refuse = (path: string): string =>
    parts.graph.faults.add({ match: { path, batchItem: false }, fault: { status: 403, code: 'ErrorAccessDenied' } });

  it('is sent again when a caller asks for it, once, and each result is recorded', async () => {
    const [person, other] = [userWithMail(), userWithMail()];
    refuse('sendMail');
    const { id } = await enable(person);
    await deliver();
    parts.graph.faults.remove();
    const { id: fine } = await enable(other);
    await deliver();
    const before = (await mailsTo(person)).length;

    parts.clock.advance(1_000);
    expect(await requestResend(fine, deps)).toBe(0);
    expect(resends).toEqual([]);
    expect(await requestResend(id, deps)).toBe(1);
    const [message] = resends as [ResendMessage];
    expect(await resendMails(message, deps)).toEqual({ queued: 1 });
    queue.push(...queue); // delivered twice
    await deliver();
    expect((await mailsTo(person)).length).toBe(before + 1);
    expect((await mailEntriesOf(person)).map(({ event }) => event)).toEqual(['notificationSent', 'notificationFailed']);
    expect(await requestResend(id, deps)).toBe(0);
    expect(await resendMails(message, deps)).toEqual({ queued: 0 });
  });

  it('and is refused again, waits for the next request', async () => {
    const person = userWithMail();
    refuse('sendMail');
    const { id } = await enable(person);
    await deliver();
    parts.clock.advance(1_000);
    await requestResend(id, deps);
    const [message] = resends as [ResendMessage];
    await resendMails(message, deps);
    queue.push(...queue);
    await deliver();
    expect((await mailEntriesOf(person)).map(({ event }) => event)).toEqual([
      'notificationFailed',
      'notificationFailed',
    ]);
  });

  it('names the permission that the refused request needs', async () => {
    const [sending, reading] = [userWithMail(), userWithMail()];
    refuse('sendMail');
    await enable(sending);
    await deliver();
    parts.graph.faults.remove();
    refuse('displayName');
    await enable(reading);
    await deliver();
    expect((await mailEntriesOf(sending))[0]?.message).toContain('Mail.Send');
    const [entry] = await mailEntriesOf(reading);
    expect(entry?.message).toContain('User.Read.All');
    expect(entry?.message).not.toContain('Mail.Send');
  });
});

it('one answer that asks to wait for a day does not stop the other mails, and its own mail is sent later', async () => {
  const [first, second] = [userWithMail(), userWithMail()];
  const id = parts.graph.faults.add({
    match: { path: 'sendMail' },
    times: 1,
    fault: { status: 429, retryAfterSeconds: 86_400 },
  });
  const before = [(await mailsTo(first)).length, (await mailsTo(second)).length];
  await enable(first);
  await deliver(parts.clock.now() + 1_000);
  parts.graph.faults.remove(id);
  await enable(second);
  await deliver(parts.clock.now() + 20 * 60_000);
  expect((await mailsTo(second)).length).toBe((before[1] as number) + 1);
  await deliver(parts.clock.now() + 2 * HOUR_MS);
  expect((await mailsTo(first)).length).toBe((before[0] as number) + 1);
});
