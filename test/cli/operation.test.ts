import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import type { TokenRequest } from '../../local/graph/issuer/accessToken.ts';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import type { OperationView } from '../../shared/http/operationView.ts';
import type { ListBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { mfa, type Ran } from './mfa.ts';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: 'api://per-user-mfa',
    API_AUTHORITY: parts.graph.url,
    LOWERED_WITHOUT_APPROVAL: '2',
  });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const everything = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'];

async function as(roles: readonly string[], ...args: string[]): Promise<Ran> {
  return withToken({ roles: [...roles] }, ...args);
}

async function withToken(request: TokenRequest, ...args: string[]): Promise<Ran> {
  const token = await graphControl(parts.graph.url).token(request);
  return mfa(args, { env: { MFA_URL: app.url, MFA_ACCESS_TOKEN: token } });
}

const run = (...args: string[]): Promise<Ran> => as(everything, ...args);
const json = <T>({ out }: Ran): T => JSON.parse(out) as T;

describe('mfa operation', () => {
  it('lists, shows, itemizes and retries', async () => {
    const person = parts.people.one({ state: 'disabled', registered: false });
    const enforced = await run('enforce', person.name, 'nobody@contoso.com', '--reason', 'A test', '--json');
    const { id, status } = json<OperationView>(enforced);
    expect({ code: enforced.code, status }).toEqual({ code: 2, status: 'Failed' });

    const list = json<OperationView[]>(await run('operation', 'list', '--limit', '1', '--json'));
    expect(list.map((one) => one.id)).toEqual([id]);
    expect((await run('operation', 'list')).out).toContain(id);

    const shown = await run('operation', 'show', id);
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('legacyAuthInterruption') });

    const items = json<OperationItemView[]>(await run('operation', 'items', id, '--status', 'refused', '--json'));
    expect(items.map(({ reference }) => reference)).toEqual([person.name]);

    const retried = await run('operation', 'retry', id, '--acknowledge', 'legacyAuthInterruption', '--json');
    expect(retried.code).toBe(2);
    expect(json<OperationView>(retried)).toMatchObject({ retryOf: id, counts: { applied: 1, failed: 1 } });
  });

  it('shows what Graph said to a change that it refused, and which request that was', async () => {
    const { id, name } = parts.people.one({ state: 'disabled' });
    const error = {
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
      innerError: { 'request-id': 'request-of-the-refusal' },
    };
    const match = { method: 'PATCH', path: `${id}/authentication/requirements`, batchItem: true };
    parts.graph.faults.add({ match, fault: { status: 403, body: { error } } });
    const enabled = json<OperationView>(await run('enable', name, '--reason', 'A test', '--json'));
    parts.graph.faults.remove();
    for (const command of ['show', 'items', 'watch']) {
      const out = (await run('operation', command, enabled.id)).out.replaceAll(/\s+/g, ' ');
      expect(out).toContain('accessDenied');
      expect(out).toContain('403 Authorization_RequestDenied: Insufficient privileges');
      expect(out).toContain('request-of-the-refusal');
    }
  });

  it('says that a group has no users', async () => {
    const group = parts.graph.directory.groups.find(({ displayName }) => displayName === 'Empty');
    const enabled = await run('enable', '--group', group?.id ?? '', '--reason', 'A test');
    expect(enabled.code).toBe(0);
    expect(enabled.out.replaceAll(/\s+/g, ' ')).toContain('The group has no members that are users');
    expect(enabled.out).not.toContain('operation retry');
  });

  it('cancels, which ends the command that watches with 2', async () => {
    const names = parts.people.take(40).map(({ name }) => name);
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 5_000 }); // longer than two commands take to start
    const started = await run('enable', ...names, '--reason', 'A test', '--no-wait');
    const id = started.out.trim();
    const canceled = await run('operation', 'cancel', id);
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 0 });
    const watched = await run('operation', 'watch', id, '--json');
    expect(canceled.code).toBe(0);
    const { counts } = json<OperationView>(watched);
    expect(watched.code).toBe(counts.canceled > 0 ? 2 : 0);
    expect(counts.canceled + counts.applied).toBe(40);
  });
});

describe('an operation that needs approval', () => {
  const alice = { oid: '2b9a6c1e-7d34-4f08-9c52-6e1f3a7b8d40', upn: 'alice@contoso.com' };
  const grace = { oid: 'd4f81b6c-95e2-4a07-b3c8-2e7f6a5d4c30', upn: 'grace@contoso.com' };
  const request = (...args: string[]): Promise<Ran> =>
    withToken({ ...alice, roles: [...everything, 'MfaState.Approve'] }, ...args);
  const approver = (...args: string[]): Promise<Ran> =>
    withToken({ ...grace, roles: ['MfaState.Read', 'MfaState.Approve'] }, ...args);

  it('waits, tells how to approve it, and ends when a second person has approved it', async () => {
    const names = parts.people.take(3, { state: 'enabled' }).map(({ name }) => name);
    const id = (await request('disable', ...names, '--reason', 'A test', '--no-wait')).out.trim();
    const watching = run('operation', 'watch', id);
    await waitUntil(async () => (await run('operation', 'show', id)).out.includes('AwaitingApproval'));
    const own = await request('operation', 'approve', id, '--reason', 'Mine');
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining('second person') });
    const approved = await approver('operation', 'approve', id, '--reason', 'Checked by phone');
    expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('Checked by phone') });
    const watched = await watching;
    expect(watched).toMatchObject({ code: 0, out: expect.stringContaining('3 applied') });
    expect(watched.err).toContain(`mfa operation approve ${id}`);
  });

  it('lowers no user when it is rejected', async () => {
    const names = parts.people.take(3, { state: 'enabled' }).map(({ name }) => name);
    const id = (await run('disable', ...names, '--reason', 'A test', '--no-wait')).out.trim();
    await waitUntil(async () => (await run('operation', 'show', id)).out.includes('AwaitingApproval'));
    expect((await run('operation', 'list', '--status', 'AwaitingApproval')).out).toContain(id);
    expect(await approver('operation', 'reject', id, '--reason', 'Unknown request')).toMatchObject({ code: 0 });
    const watched = await run('operation', 'watch', id);
    expect(watched).toMatchObject({ code: 2, out: expect.stringContaining('approvalRejected') });
    expect(watched.out.replaceAll(/\s+/g, ' ')).toContain('was rejected by');
  });
});

describe('signing in', () => {
  it('tells the role that is missing', async () => {
    const ran = await as(['MfaState.Read'], 'enable', 'alice@contoso.com', '--reason', 'A test');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('MfaState.Strengthen') });
  });

  it('tells that a token was not accepted', async () => {
    const ran = await mfa(['operation', 'list'], { env: { MFA_URL: app.url, MFA_ACCESS_TOKEN: 'x.y.z' } });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('Unauthorized') });
  });
});

describe('mfa user show', () => {
  it('shows the state of a user, whatever the name', async () => {
    const guest = parts.people.one({ guest: true });
    const ran = await run('user', 'show', guest.name, '--json');
    expect(json(ran)).toMatchObject({ id: guest.id, state: expect.any(String) });
    expect((await run('user', 'show', guest.id)).out).toMatch(/disabled|enabled|enforced/);
  });
});

describe('what the registration sweep saw', () => {
  it('is listed, counted and exported', async () => {
    expect(await run('user', 'list')).toMatchObject({ code: 0, err: expect.stringContaining('mfa sweep list') });
    const response = await fetch(`${app.url.replace(/\/api$/, '')}/admin/functions/sweepRegistrations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(202);
    const token = await graphControl(parts.graph.url).token({ roles: everything });
    await waitUntil(async () => {
      const authorization = { Authorization: `Bearer ${token}` };
      const { body } = await app.call<ListBody<{ status: string }>>('GET', 'sweeps', undefined, authorization);
      return body.value[0]?.status === 'completed';
    }, 'the sweep is completed');
    const [sweep] = json<{ status: string }[]>(await run('sweep', 'list', '--json'));
    expect(sweep?.status).toBe('completed');
    expect(await run('sweep', 'list')).toMatchObject({ code: 0, out: expect.stringContaining('completed') });

    const summary = json<{ users: number }>(await run('user', 'summary', '--json'));
    expect(summary.users).toBe(300);
    expect((await run('user', 'summary')).out).toMatch(/All .*300/);
    const enabled = json<{ state: string }[]>(
      await run('user', 'list', '--state', 'enabled', '--json', '--limit', '5'),
    );
    expect(enabled.map(({ state }) => state)).toEqual(Array(enabled.length).fill('enabled'));
    expect(enabled.length).toBeGreaterThan(0);
    expect((await run('user', 'list', '--limit', '150', '--json')).out.match(/userPrincipalName/g)).toHaveLength(150);
  });

  it('stands beside what was changed in the audit record', async () => {
    const person = parts.people.one();
    await run('enable', person.name, '--reason', 'For the record');
    // An entry is recorded right after its outcome is stored, so it may follow the end of the operation.
    const entries = await waitUntil(async () => {
      const found = json<{ event: string; reason: string }[]>(await run('audit', '--user', person.name, '--json'));
      return found.length > 0 && found;
    }, 'the change is in the record');
    expect(entries).toMatchObject([{ event: 'stateChanged', reason: 'For the record', from: 'disabled' }]);
    expect((await run('audit', '--user', person.id)).out).toContain('disabled to enabled');

    const csv = await run('audit', '--user', person.id, '--export', 'csv');
    expect(csv.out.trim().split(/\r?\n/)).toHaveLength(2);
    const file = join(tmpdir(), `${person.id}.ndjson`);
    expect((await run('audit', '--user', person.id, '--export', 'ndjson', '--output', file)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ userId: person.id });
    rmSync(file);
    expect((await run('audit', '--export', 'csv', '--output', join(tmpdir(), 'no', 'such', 'x.csv'))).code).toBe(1);
  });
});

describe('mfa policy', () => {
  it('shows the facts behind the safety checks', async () => {
    expect(json(await run('policy', '--json'))).toMatchObject({ securityDefaults: { isOn: false } });
    expect((await run('policy')).out).toMatch(/Conditional Access requires MFA.*no/);
  });
});

describe.concurrent('help', () => {
  it.each([
    ['enable'],
    ['enforce'],
    ['disable'],
    ['operation', 'list'],
    ['operation', 'retry'],
    ['user', 'list'],
    ['audit'],
    ['sweep', 'list'],
    ['policy'],
  ])('of %s %s has examples', async (...command) => {
    const ran = await mfa([...command, '--help']);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining(`mfa ${command.join(' ')}`) });
    expect(ran.out).toContain('Examples:');
  });
});
