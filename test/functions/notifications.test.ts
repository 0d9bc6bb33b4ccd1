import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import type { AuditEntryView } from '../../shared/http/auditEntryView.ts';
import type { ListBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 100 });
  app = await startApp(parts, { NOTIFY_FROM: 'mfa-notifications@contoso.com', NOTIFY_PER_MINUTE: '60' });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

it('users who are enabled get one mail each, at the pace of the mailbox, and the record says so', async () => {
  const hasMail = ({ index }: { index: number }): boolean => parts.graph.directory.mail(index) !== null;
  const users = parts.people.take(5, { state: 'disabled', where: hasMail }).map(({ id }) => id);
  await app.over(await app.request({ state: 'enabled', users, notify: true }));
  const sent = await waitUntil(async () => {
    const { body } = await app.get<ListBody<AuditEntryView>>('audit?event=notificationSent');
    return body.value.length >= users.length && body.value;
  }, 'all mails are recorded');
  expect(sent.map(({ userId }) => userId).sort()).toEqual([...users].sort());
  const mails = await graphControl(parts.graph.url).mailbox();
  expect(mails).toHaveLength(users.length);
  const times = mails.map(({ at }) => at).sort((a, b) => a - b);
  expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(2_000);
});
