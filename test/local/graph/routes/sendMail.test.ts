import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, type ErrorBody, startCaller } from '../caller.ts';

const SENDER = 'mfa-notifications@contoso.com';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 200 });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

function send(from: string, recipients: readonly string[] = ['ada@contoso.com']) {
  return caller.call<ErrorBody>('POST', `/v1.0/users/${from}/sendMail`, {
    message: {
      subject: 'Please register',
      body: { contentType: 'HTML', content: '<p>At your next sign-in</p>' },
      toRecipients: recipients.map((address) => ({ emailAddress: { address } })),
    },
    saveToSentItems: false,
  });
}

test('accepts a message with 202 and keeps it', async () => {
  const reply = await send(SENDER);
  expect([reply.status, reply.body]).toEqual([202, '']);
  expect(await caller.control.mailbox()).toMatchObject([
    { from: SENDER, to: ['ada@contoso.com'], subject: 'Please register', contentType: 'HTML' },
  ]);
});

test('users can send too, when they have a mailbox', async () => {
  const users = await caller.control.users();
  const mails = await caller.get<{ value: { id: string; mail: string | null; userType: string }[] }>(
    '/v1.0/users?$select=id,mail,userType&$top=999',
  );
  const withMail = mails.body.value.find((user) => user.mail !== null && user.userType === 'Member');
  const without = mails.body.value.find((user) => user.mail === null && user.userType === 'Member');
  expect(users.length).toBe(200);
  expect((await send(withMail?.id as string)).status).toBe(202);
  const refused = await send(without?.id as string);
  expect([refused.status, refused.body.error.code]).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
  expect((await send('nobody@contoso.com')).body.error.code).toBe('ErrorInvalidUser');
});

test('refuses a message without recipients, with too many, and none at all', async () => {
  expect((await send(SENDER, [])).body.error.code).toBe('ErrorInvalidRecipients');
  const many = Array.from({ length: 501 }, (_, number) => `user${number}@contoso.com`);
  expect((await send(SENDER, many)).body.error.code).toBe('ErrorExceededMaxRecipients');
  expect((await caller.call('POST', `/v1.0/users/${SENDER}/sendMail`, {})).status).toBe(400);
  expect(await caller.control.mailbox()).toEqual([]);
});

test('is 403 without the permission', async () => {
  await caller.control.changeSettings({ deniedPermissions: ['Mail.Send'] });
  const reply = await send(SENDER);
  expect([reply.status, reply.body.error.code]).toEqual([403, 'ErrorAccessDenied']);
});

test('takes 30 messages a minute from a mailbox, then says when to come back', async () => {
  await caller.control.changeSettings({ throttling: { window: 'tumbling' } });
  const statuses = await Promise.all(Array.from({ length: 32 }, async () => (await send(SENDER)).status));
  expect(statuses.filter((status) => status === 202)).toHaveLength(30);
  const refused = await send(SENDER);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  caller.clock.now += 60_000;
  expect((await send(SENDER)).status).toBe(202);
});

test('counts recipients against the day', async () => {
  await caller.control.changeSettings({
    throttling: { window: 'sliding', mailRecipients: { limit: 10, windowSeconds: 86_400 } },
  });
  const recipients = Array.from({ length: 6 }, (_, number) => `user${number}@contoso.com`);
  expect((await send(SENDER, recipients)).status).toBe(202);
  expect((await send(SENDER, recipients)).status).toBe(429);
  caller.clock.now += 86_400_000;
  expect((await send(SENDER, recipients)).status).toBe(202);
});
