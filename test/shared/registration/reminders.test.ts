import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { ACCOUNT_DISABLED } from '../../../local/graph/directory/directory.ts';
import type { SentMail } from '../../../local/graph/mailbox.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { purgeHistory } from '../../../shared/maintenance/purgeHistory.ts';
import { REMINDERS } from '../../../shared/notifications/deliveryStore.ts';
import { failNotification, sendNotification } from '../../../shared/notifications/notify.ts';
import german from '../../../shared/notifications/templates/reminder.de.json' with { type: 'json' };
import english from '../../../shared/notifications/templates/reminder.en.json' with { type: 'json' };
import type { ReminderMessage } from '../../../shared/queues/messages.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import { mortal } from '../../support/mortal.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';
import { DAY_MS, entriesOf, Outside, run, sweep } from './sweeps.ts';

const RULES = { afterMs: 3 * DAY_MS, everyMs: 2 * DAY_MS, max: 2 };
const remind = { remind: RULES };
let parts: Parts;
let outside: Outside;
/** What is in the queue of mails; a message that is sent twice is there twice. */
let queue: ReminderMessage[];

beforeAll(async () => {
  parts = await startParts({ users: 70 });
  outside = new Outside(parts);
});
afterAll(() => parts.close());

/** Disables all users, so that only the users of a test can get reminders. */
function disableAll(): void {
  queue = [];
  for (let index = 0; index < parts.graph.directory.size; index++) outside.set({ index }, 'disabled');
}

function worker(settings: Readonly<Record<string, string>> = {}): Dependencies {
  const real = parts.worker(
    {},
    { NOTIFY_FROM: 'mfa-notifications@contoso.com', NOTIFY_PER_MINUTE: '600', ...settings },
  );
  const sendNotifications: Dependencies['queues']['sendNotifications'] = async (messages) => {
    queue.push(...messages.map(({ notification }) => notification as ReminderMessage));
  };
  return { ...real, queues: { ...real.queues, sendNotifications } };
}

function enable(count: number, registered = false): Person[] {
  const { directory } = parts.graph;
  const people = parts.people.take(count, {
    where: ({ index }) => directory.mail(index) !== null && !directory.has(index, ACCOUNT_DISABLED),
  });
  for (const person of people) {
    outside.unregister(person);
    if (registered) outside.register(person);
    outside.set(person, 'enabled');
  }
  return people;
}

/** Sweeps after some days, and returns how many reminders that brought. */
async function daysLater(days: number, deps = worker()): Promise<number> {
  parts.clock.advance(days * DAY_MS);
  const before = queue.length;
  await sweep(deps, remind);
  return queue.length - before;
}

const mailbox = (): Promise<SentMail[]> => graphControl(parts.graph.url).mailbox();
const remindersIn = (entries: readonly string[]): string[] => entries.filter((entry) => entry.startsWith('reminder'));

describe('users who do not register are reminded', () => {
  beforeEach(disableAll);

  it('after some days, only where they are not registered', async () => {
    enable(2, true);
    const [person] = enable(1) as [Person];
    expect(await daysLater(0)).toBe(0);
    expect(await daysLater(3.1)).toBe(1);
    expect(queue).toMatchObject([{ userId: person.id, number: 1 }]);
  });

  it('some in each sweep, so that requested mails do not wait long', async () => {
    enable(5);
    await daysLater(0);
    parts.clock.advance(4 * DAY_MS);
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      counts.push((await sweep(worker(), { ...remind, maxReminders: 3 })).reminded);
      parts.clock.advance(1_000);
    }
    expect(counts).toEqual([3, 2, 0]);
    expect(new Set(queue.map(({ userId }) => userId)).size).toBe(5);
  });

  it('once each, wherever sweeps are cut off', async () => {
    const people = enable(12);
    await daysLater(0);
    parts.clock.advance(4 * DAY_MS);
    let end: string | undefined;
    for (let lives = 3; end !== 'completed'; lives += 2) {
      const deps = mortal(worker(), lives, lives % 4 === 1 ? 'after' : 'before');
      end = await run(deps, { ...remind, holdMs: 1, usersPerStep: 20, maxReminders: 100 }).then(
        (done) => done.end,
        () => undefined,
      );
      parts.clock.advance(2);
    }
    const names = new Set(queue.map((message) => JSON.stringify(message)));
    expect(names.size).toBe(people.length);
    expect(new Set(queue.map(({ userId }) => userId)).size).toBe(people.length);
  });
});

describe('a reminder', () => {
  let people: Person[];
  beforeAll(async () => {
    disableAll();
    people = enable(12);
    await daysLater(0);
    await daysLater(4);
  });

  /** A user who is due, and the message about it. */
  function due(): { person: Person; message: ReminderMessage } {
    const message = queue.shift() as ReminderMessage;
    return { message, person: people.find(({ id }) => id === message.userId) as Person };
  }

  it('is sent once, also when it is delivered again or to several, and recorded once', async () => {
    const { person, message } = due();
    const before = (await mailbox()).length;
    await Promise.all([sendNotification(message, worker()), sendNotification(message, worker())]);
    expect(await sendNotification(message, worker())).toEqual({ mail: 'sent' });
    const sent = (await mailbox()).slice(before);
    expect(sent).toHaveLength(1);
    expect([english.subject, german.subject]).toContain(sent[0]?.subject);
    expect(remindersIn(await entriesOf(worker(), person))).toEqual(['reminderSent enabled']);
  });

  it('is not sent again when the process ended while it was', async () => {
    const { person, message } = due();
    const before = (await mailbox()).length;
    const ending = worker();
    interrupt(ending.deliveries, 'replace', 'before', { at: 2 }); // the claim is stored, the result is not
    await expect(sendNotification(message, ending)).rejects.toThrow(Crash);
    parts.clock.advance(10 * 60_000);
    expect(await sendNotification(message, worker())).toEqual({ mail: 'unknown' });
    expect((await mailbox()).length - before).toBe(1);
    expect(remindersIn(await entriesOf(worker(), person))).toEqual(['reminderFailed enabled']);
  });

  it.each<[string, (person: Person) => void]>([
    ['registered', (person) => outside.register(person)],
    ['is no longer enabled', (person) => outside.set(person, 'disabled')],
  ])('is not sent to a user who %s before it is', async (_what, happen) => {
    const { person, message } = due();
    happen(person);
    const before = (await mailbox()).length;
    expect(await sendNotification(message, worker())).toEqual({ mail: 'skipped' });
    expect((await mailbox()).length).toBe(before);
    expect(remindersIn(await entriesOf(worker(), person))).toEqual(['reminderSkipped enabled']);
  });

  it('of an earlier time of being enabled is not sent', async () => {
    const { message } = due();
    const earlier = { ...message, episode: new Date(Date.parse(message.episode) - DAY_MS).toISOString() };
    expect(await sendNotification(earlier, worker())).toEqual({ mail: 'skipped' });
  });

  it('is given up as a dead letter, and the record says so', async () => {
    const { person, message } = due();
    expect(await failNotification(message, { code: 'deadLettered', message: 'Given up.' }, worker())).toBe(1);
    expect(remindersIn(await entriesOf(worker(), person))).toEqual(['reminderFailed enabled']);
  });

  it('has the words of the administrator, and goes at the pace of the mailbox', async () => {
    const before = (await mailbox()).length;
    const deps = worker({
      NOTIFY_PER_MINUTE: '2',
      NOTIFY_SUBJECT: 'Enabled',
      REMIND_SUBJECT: 'Still open, {name}',
    });
    const times: number[] = [];
    replaceMethod(deps.queues, 'sendNotifications', () => async (messages) => {
      for (const { at } of messages) times.push(at ?? 0);
    });
    const ends: object[] = [];
    for (const message of queue.splice(0, 3)) ends.push(await sendNotification(message, deps));
    expect(ends).toEqual([{ mail: 'sent' }, { mail: 'scheduled' }, { mail: 'scheduled' }]);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(30_000);
    const sent = (await mailbox()).slice(before);
    expect(sent.map(({ subject }) => subject)).toEqual([expect.stringMatching(/^Still open, \S/)]);
    parts.clock.advance(5 * 60_000);
  });

  it('is remembered for longer than its message may come back, and then forgotten', async () => {
    const { message } = due();
    await sendNotification(message, worker({ OPERATION_RETENTION_DAYS: '1' }));
    const before = (await mailbox()).length;
    const later = (): Dependencies => worker({ OPERATION_RETENTION_DAYS: '1' });
    parts.clock.advance(13 * DAY_MS);
    await purgeHistory(later());
    expect(await sendNotification(message, later())).toEqual({ mail: 'sent' });
    parts.clock.advance(3 * DAY_MS);
    await purgeHistory(later());
    const name = { group: REMINDERS, key: `${message.at}_${message.userId}` };
    expect(await later().deliveries.read(name)).toBeUndefined();
    expect((await mailbox()).length).toBe(before);
  });
});
