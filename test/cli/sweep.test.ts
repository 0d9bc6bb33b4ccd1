import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { mfa, type Ran } from './mfa.ts';

let parts: Parts;
let app: App;
beforeAll(async () => {
  parts = await startParts({ users: 120 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const run = (...args: string[]): Promise<Ran> => mfa(args, { env: { MFA_URL: app.url } });

it('sweep start begins a sweep, and with --wait reports it', async () => {
  expect(await run('sweep', 'start', '--wait')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^Sweep 1 is completed: 120 users, /),
  });
  const started = await run('sweep', 'start', '--json');
  expect(JSON.parse(started.out)).toMatchObject({ sweep: 2, isNew: true, expectedUsers: 120 });
  const waited = await run('sweep', 'start', '--wait', '--json');
  expect(JSON.parse(waited.out)).toMatchObject({ status: 'completed', listedUsers: 120, expectedUsers: 120 });
});

it('sweep start --wait says why a sweep has failed, and how it continues', async () => {
  parts.graph.tenant.changeSettings({
    deniedPermissions: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  });
  const failed = await run('sweep', 'start', '--wait');
  expect(failed).toMatchObject({ code: 2, out: expect.stringMatching(/has failed.*User\.Read\.All/s) });
  // The same sweep continues, so its old failure is not its result.
  parts.graph.tenant.changeSettings({ deniedPermissions: [] });
  expect((await run('sweep', 'start')).out).toContain('continues: lists users');
  expect(await run('sweep', 'start', '--wait')).toMatchObject({
    code: 0,
    out: expect.stringContaining('is completed'),
  });
});

it('operation resend-mails says how many mails are sent again', async () => {
  const [person] = parts.people.take(1);
  const { id } = await app.over(await app.request({ state: 'enabled', users: [String(person?.id)] }));
  expect(await run('operation', 'resend-mails', id)).toMatchObject({
    code: 0,
    out: 'No mail of this operation has failed.\n',
  });
  const failed = { status: 'failed', at: 0, attempts: 0 } as const;
  await parts.worker().deliveries.create({ group: id, key: String(person?.id) }, failed);
  const resent = await run('operation', 'resend-mails', id, '--json');
  expect(JSON.parse(resent.out)).toEqual({ operationId: id, mails: 1 });
  expect((await run('operation', 'resend-mails', '00000000-0000-4000-8000-000000000000')).code).toBe(1);
});
