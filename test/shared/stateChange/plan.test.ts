import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { skipToken } from '../../../local/graph/odata/listQuery.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { RetryLaterError, UnprocessableMessageError } from '../../../shared/errors.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { ChangeMessage } from '../../../shared/queues/messages.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { PAGE_SIZE } from '../../../shared/stateChange/pages.ts';
import { planPage } from '../../../shared/stateChange/plan.ts';
import { Crash } from '../../support/crash.ts';
import { interrupt } from '../../support/interrupt.ts';
import {
  accept,
  actor,
  change,
  historyOf,
  itemsOf,
  outcomesOf,
  plan,
  run,
  writesOf,
} from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { NOTHING_PROTECTED } from '../../support/samples.ts';

let parts: Parts;
let deps: Dependencies;

beforeAll(async () => {
  parts = await startParts({ users: 6_000 });
  deps = parts.worker();
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

const groupNamed = (name: string) => {
  const group = parts.graph.directory.groups.find(({ displayName }) => displayName === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
};

describe('references', () => {
  it('find a guest by name and by id', async () => {
    const [byName, byId] = parts.people.take(2, { state: 'disabled', guest: true });
    if (byName === undefined || byId === undefined) throw new Error('no guests');
    expect(byName.name).toContain('#EXT#@');
    const items = await change(deps, { users: [byName.name, byId.id] });
    expect(items).toMatchObject([
      { reference: byName.name, userId: byName.id, outcome: 'applied' },
      { userId: byId.id, outcome: 'applied' },
    ]);
  });

  it('fail alone when no user has the name or the id, and say what to do', async () => {
    const { name } = parts.people.one();
    const missing = randomUUID();
    const items = await change(deps, { users: ['nobody@contoso.com', name, missing] });
    expect(items).toMatchObject([
      { userId: null, outcome: 'failed', detail: { code: 'userNotFound' } },
      { outcome: 'applied' },
      { userId: missing, outcome: 'failed', detail: { code: 'userNotFound' } },
    ]);
    expect(items[0]?.detail?.message).toMatch(/object id/);
  });

  it('to one user by name and by id change the user once', async () => {
    const { id, name } = parts.people.one();
    const items = await change(deps, { users: [name.toUpperCase(), id.toUpperCase(), name, id] });
    expect(items.map(({ outcome }) => outcome)).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate']);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
  });

  it('to one user on several pages change the user once, however they are written', async () => {
    const people = parts.people.take(2, { state: 'disabled' });
    const [one, two] = people;
    if (one === undefined || two === undefined) throw new Error('no people');
    const filler = Array.from({ length: PAGE_SIZE - 2 }, (_, number) => `unknown${number}@contoso.com`);
    const operation = await accept(deps, { users: [one.name, two.id, ...filler, one.name.toUpperCase(), two.name] });
    await plan(deps, operation);
    // Planned at the same time, applied in any order: the row of the user tells.
    const items = await itemsOf(deps, operation);
    expect(items[0]?.outcome).toBe('pending');
    for (const page of [1, 0])
      for (const { key } of await deps.operations.getChunks(operation.id, page))
        await applyChunk({ version: 1, operationId: operation.id, chunk: key }, deps);
    const outcomes = await outcomesOf(deps, operation);
    expect([outcomes[0], outcomes[PAGE_SIZE]]).toEqual(['applied', 'duplicate']);
    expect([outcomes[1], outcomes[PAGE_SIZE + 1]].sort()).toEqual(['applied', 'duplicate']);
    expect(people.map(({ id }) => writesOf(parts.graph, id).length)).toEqual([1, 1]);
  });

  it.each([0, 1])('to one user by name on page %i and by id on the other count the user once', async (byName) => {
    const [one, two, guarded] = parts.people.take(3, { state: 'disabled' }) as [Person, Person, Person];
    const page = (isNamed: boolean) => [one, two, guarded].map(({ id, name }) => (isNamed ? name : id.toUpperCase()));
    const filler = Array.from({ length: PAGE_SIZE - 3 }, (_, number) => `unknown${number}@contoso.com`);
    const users = [...page(byName === 0), ...filler, ...page(byName === 1)];
    const worker = parts.worker({
      protectedUsers: async () => ({ reasons: new Map([[guarded.id, 'PROTECTED_USERS']]), unresolved: [] }),
    });
    for (const dryRun of [true, false]) {
      const operation = await accept(worker, { users, dryRun });
      await Promise.all(
        [0, 1].map((number) => planPage({ version: 1, operationId: operation.id, page: number }, worker)),
      );
      const items = await run(worker, operation);
      const pages = [items.slice(0, 3), items.slice(PAGE_SIZE)];
      const outcomes = pages.map((part) => part.map(({ outcome }) => outcome));
      const change = dryRun ? 'wouldChange' : 'applied';
      expect(outcomes[byName]).toEqual(['duplicate', 'duplicate', 'duplicate']);
      expect(outcomes[1 - byName]).toEqual([change, change, 'refused']);
    }
    expect(await historyOf(worker, guarded.id)).toHaveLength(1);
  });

  it('are all answered for when Graph throttles some of the look-ups', async () => {
    parts.graph.faults.add({ match: { path: '^/beta/users\\?' }, times: 3, fault: { status: 429 } });
    const people = parts.people.take(100);
    const operation = await accept(deps, { users: people.map(({ name }) => name) });
    await plan(deps, operation);
    expect((await itemsOf(deps, operation)).map(({ userId }) => userId)).toEqual(people.map(({ id }) => id));
  });

  it.each([
    ['one look-up', '^/beta/users\\?', {}],
    ['whole batches', '', { batchEnvelope: true }],
  ])('are all answered for when Graph answers %s with 401 or an error of its own', async (_, path, kind) => {
    for (const status of [401, 401, 500])
      parts.graph.faults.add({ match: { path, ...kind }, times: 1, fault: { status } });
    const people = parts.people.take(40);
    const operation = await accept(deps, { users: people.map(({ name }) => name) });
    await plan(deps, operation);
    expect(parts.graph.faults.list().map(({ fired }) => fired)).toEqual([1, 1, 1]);
    expect((await itemsOf(deps, operation)).map(({ userId }) => userId)).toEqual(people.map(({ id }) => id));
  });

  it('are all found when Graph answers a batch of look-ups with 404', async () => {
    parts.graph.faults.add({ match: { batchEnvelope: true }, times: 2, fault: { status: 404 } });
    const people = parts.people.take(20);
    const operation = await accept(deps, { users: people.map(({ name }) => name) });
    await plan(deps, operation);
    expect((await itemsOf(deps, operation)).map(({ userId }) => userId)).toEqual(people.map(({ id }) => id));
  });

  it.each([1, 2])('that Graph rejects fail alone, with its message: %i of 40', async (count) => {
    const people = parts.people.take(40);
    const rejected = [17, 29].slice(0, count).map((position) => people[position]?.name ?? '');
    const message = 'Invalid filter clause: a name is malformed.';
    const match = { path: rejected.map((name) => encodeURIComponent(name)).join('|'), batchItem: true };
    const error = { code: 'Request_UnsupportedQuery', message, innerError: { 'request-id': 'request-9' } };
    parts.graph.faults.add({ match, fault: { status: 400, body: { error } } });
    const operation = await accept(deps, { users: people.map(({ name }) => name) });
    await plan(deps, operation);
    for (const { reference, userId, outcome, detail } of await itemsOf(deps, operation)) {
      if (!rejected.includes(reference)) {
        expect([userId, outcome]).toEqual([people.find(({ name }) => name === reference)?.id, 'pending']);
        continue;
      }
      expect([userId, outcome]).toEqual([null, 'failed']);
      expect(detail).toMatchObject({ code: 'Request_UnsupportedQuery', requestId: 'request-9' });
      expect(detail?.message).toContain(`400 Request_UnsupportedQuery: ${message}`);
      expect(detail?.message).not.toContain('permission');
    }
  });

  it('of a whole page have an outcome when Graph refuses to look them up with many words', async () => {
    const error = { code: 'Authorization_RequestDenied', message: 'No. '.repeat(75) };
    parts.graph.faults.add({ match: { path: '^/beta/users\\?' }, fault: { status: 403, body: { error } } });
    const users = Array.from({ length: PAGE_SIZE }, (_, number) => `${'long'.repeat(20)}${number}@contoso.com`);
    const operation = await accept(deps, { users });
    await plan(parts.worker({ protectedUsers: async () => NOTHING_PROTECTED.protectedUsers }), operation);
    const items = await itemsOf(deps, operation);
    expect(items.filter(({ outcome }) => outcome === 'failed')).toHaveLength(PAGE_SIZE);
    expect(items[0]?.detail?.message).toContain('User.Read.All');
  });

  it('wait for Graph as long as the budget lasts, also when it asks for more', async () => {
    parts.graph.faults.add({ match: { path: '^/beta/users\\?' }, fault: { status: 429, retryAfterSeconds: 300 } });
    const worker = parts.worker({ retryBudgetMs: 60_000, wait: parts.clock.skip });
    const operation = await accept(worker, { users: [parts.people.one().name] });
    const start = parts.clock.now();
    await expect(planPage({ version: 1, operationId: operation.id, page: 0 }, worker)).rejects.toThrow(RetryLaterError);
    expect(parts.clock.now() - start).toBeGreaterThanOrEqual(60_000);
    expect(parts.clock.now() - start).toBeLessThan(300_000);
    expect(parts.graph.faults.list()[0]?.fired).toBe(1);
  });

  it('fail when the service may not look users up', async () => {
    parts.graph.tenant.changeSettings({
      deniedPermissions: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    });
    const { name } = parts.people.one();
    const [item] = await change(parts.worker({ protectedUsers: async () => NOTHING_PROTECTED.protectedUsers }), {
      users: [name],
    });
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    expect(item).toMatchObject({ outcome: 'failed', detail: { message: expect.stringContaining('User.Read.All') } });
  });
});

describe('a page that waits for Graph', () => {
  it('is canceled when its operation is canceled meanwhile', async () => {
    parts.graph.faults.add({ match: { path: '^/beta/users\\?' }, times: 1, fault: { status: 503 } });
    const operation = await accept(deps, { users: [parts.people.one().name] });
    const wait = async (): Promise<void> => {
      await cancelOperation(operation.id, actor, parts.worker());
      parts.clock.advance(1_000);
    };
    await planPage({ version: 1, operationId: operation.id, page: 0 }, parts.worker({ wait }));
    expect(await outcomesOf(deps, operation)).toEqual(['canceled']);
  });
});

describe('a group', () => {
  it('that changes while two deliveries read it is the one that was stored first', async () => {
    const { id: group, users: members } = groupNamed('Engineering');
    const before = members[0] ?? 0;
    onTestFinished(() => {
      members[0] = before;
    });
    const operation = await accept(deps, { group, users: undefined, dryRun: true });
    const [hung, ended] = [parts.worker(), parts.worker()];
    const message = { version: 1, operationId: operation.id, page: 0 } as const;
    interrupt(hung.operations, 'keepReferences', 'before', {
      work: async () => {
        members[0] = groupNamed('All users').users.find((user) => !members.includes(user)) ?? before;
        interrupt(ended.operations, 'keepReferences', 'after');
        await expect(planPage(message, ended)).rejects.toThrow(Crash);
      },
    });
    await planPage(message, hung);
    const items = await itemsOf(deps, operation);
    expect(items.map(({ userId }) => userId)).toEqual(items.map(({ reference }) => reference));
  });

  it('is expanded to its last page, with those in groups within it, each user once', async () => {
    const all = groupNamed('All users');
    const operation = await accept(deps, { group: all.id.toUpperCase(), users: undefined, dryRun: true });
    await plan(deps, operation);
    const items = await itemsOf(deps, operation);
    expect(items).toHaveLength(6_000);
    expect(new Set(items.map(({ userId }) => userId)).size).toBe(6_000);
    expect((await deps.operations.get(operation.id))?.pageCount).toBe(Math.ceil(6_000 / 999));

    const company = await accept(deps, { group: groupNamed('Company').id, users: undefined });
    await plan(deps, company);
    const members = new Set([
      ...groupNamed('Company').users,
      ...groupNamed('Sales').users,
      ...groupNamed('Engineering').users,
    ]);
    expect(new Set((await itemsOf(deps, company)).map(({ userId }) => userId))).toEqual(
      new Set([...members].map((user) => parts.graph.directory.id(user))),
    );
  });

  it('without members succeeds with nothing to do, and says so', async () => {
    const { id } = groupNamed('Empty');
    const operation = await accept(deps, { group: id, users: undefined });
    expect(await deps.progress.read(operation)).toMatchObject({ status: 'NotStarted' });
    await plan(deps, operation);
    const planned = await deps.operations.get(operation.id);
    expect(planned && (await deps.progress.read(planned))).toMatchObject({ status: 'Succeeded', references: 1 });
    expect(await itemsOf(deps, operation)).toMatchObject([
      { reference: id, userId: null, outcome: 'unchanged', detail: { code: 'groupEmpty' } },
    ]);
  });

  it('that hides its members from the service fails, and names the permission', async () => {
    const hidden = groupNamed('Sales');
    Object.assign(hidden, { visibility: 'HiddenMembership' });
    parts.graph.tenant.changeSettings({ deniedPermissions: ['Member.Read.Hidden'] });
    const operation = await accept(deps, { group: hidden.id, users: undefined });
    await plan(deps, operation);
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    const items = await itemsOf(deps, operation);
    expect(items).toMatchObject([{ reference: hidden.id, outcome: 'failed', detail: { code: 'membersHidden' } }]);
    expect(items[0]?.detail?.message).toContain('Member.Read.Hidden');

    const allowed = await accept(deps, { group: hidden.id, users: undefined, dryRun: true });
    await plan(deps, allowed);
    Object.assign(hidden, { visibility: undefined });
    expect(await itemsOf(deps, allowed)).toHaveLength(hidden.users.length);
  });

  it('whose members Graph shows without their properties fails, and names the permission', async () => {
    const match = { path: 'transitiveMembers' };
    parts.graph.faults.add({ match, fault: { status: 200, body: { value: [{ id: null }] } } });
    const operation = await accept(deps, { group: groupNamed('Sales').id, users: undefined });
    await plan(deps, operation);
    expect(await itemsOf(deps, operation)).toMatchObject([{ outcome: 'failed', detail: { code: 'membersHidden' } }]);
  });

  it.each([
    ['Directory_ExpiredPageToken', 400],
    ['Request_UnsupportedQuery', 400],
    ['Request_ResourceNotFound', 404],
    ['Gone', 410],
  ])('is listed again from its first page when a link has expired (%s), each user once', async (code, status) => {
    const fault = { status, body: { error: { code, message: 'The specified page token value has expired.' } } };
    for (const page of [2, 1, 4])
      parts.graph.faults.add({ match: { path: `skiptoken=${skipToken(page * 999)}` }, times: 1, fault });
    const operation = await accept(deps, { group: groupNamed('All users').id, users: undefined, dryRun: true });
    await plan(deps, operation);
    expect(parts.graph.faults.list().map(({ fired }) => fired)).toEqual([1, 1, 1]);
    const items = await itemsOf(deps, operation);
    expect(items.map(({ userId }) => userId).sort()).toEqual(
      Array.from({ length: 6_000 }, (_, user) => parts.graph.directory.id(user)).sort(),
    );
  });

  it('fails with the words of Graph when its links expire without an end', async () => {
    const fault = { status: 400, body: { error: { code: 'Directory_ExpiredPageToken', message: 'Expired.' } } };
    parts.graph.faults.add({ match: { path: 'skiptoken' }, fault });
    const operation = await accept(deps, { group: groupNamed('All users').id, users: undefined, dryRun: true });
    await plan(deps, operation);
    const [failed, ...others] = (await itemsOf(deps, operation)).filter(({ outcome }) => outcome === 'failed');
    expect([failed?.detail?.code, others]).toEqual(['groupNotListed', []]);
    expect(failed?.detail?.message).toContain('400 Directory_ExpiredPageToken: Expired.');
    expect(failed?.detail?.message).not.toContain('permission');
  });

  it('that shows a user on two pages, or twice on one, changes the user once and counts the user once', async () => {
    const group = groupNamed('All users');
    const [a, b, c] = parts.people.take(3).map(({ id }) => id);
    const list = `${parts.graph.url}/beta/groups/${group.id}/transitiveMembers/microsoft.graph.user`;
    const page = (ids: (string | undefined)[], next?: string) => ({
      value: ids.map((id) => ({ id })),
      ...(next === undefined ? {} : { '@odata.nextLink': `${list}?next=${next}` }),
    });
    const answer = (path: string, body: ReturnType<typeof page>) =>
      parts.graph.faults.add({ match: { path }, fault: { status: 200, body } });
    answer('next=1', page([a?.toUpperCase(), b], '2'));
    answer('next=2', page([b, c]));
    answer('transitiveMembers', page([a, a], '1'));
    const operation = await accept(deps, { group: group.id, users: undefined, dryRun: true });
    await plan(deps, operation);
    expect((await itemsOf(deps, operation)).map(({ reference }) => reference)).toEqual([a, b, c]);
  });

  it.each([
    ['first page', 'transitiveMembers.*999$|transitiveMembers.*true$'],
    ['next page', 'skiptoken'],
  ])('is read when Graph answers with 401 once: %s', async (_, path) => {
    parts.graph.faults.add({ match: { path }, times: 3, fault: { status: 401 } });
    const operation = await accept(deps, { group: groupNamed('All users').id, users: undefined, dryRun: true });
    await plan(deps, operation);
    expect(parts.graph.faults.list()[0]?.fired).toBe(3);
    expect(await itemsOf(deps, operation)).toHaveLength(6_000);
  });

  it('that may not be read fails with the permission and the words of Graph', async () => {
    parts.graph.tenant.changeSettings({
      deniedPermissions: ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'],
    });
    const operation = await accept(deps, { group: groupNamed('Sales').id, users: undefined });
    await plan(parts.worker({ protectedUsers: async () => NOTHING_PROTECTED.protectedUsers }), operation);
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
    const [item] = await itemsOf(deps, operation);
    expect(item).toMatchObject({ outcome: 'failed', detail: { code: 'Authorization_RequestDenied' } });
    expect(item?.detail?.requestId).toMatch(/^[\w-]{36}$/);
    expect(item?.detail?.message).toMatch(/GroupMember\.Read\.All.*403 Authorization_RequestDenied/);
  });

  it('that does not exist fails, as the one reference', async () => {
    const group = randomUUID();
    const operation = await accept(deps, { group, users: undefined });
    await plan(deps, operation);
    expect(await itemsOf(deps, operation)).toMatchObject([
      { reference: group, outcome: 'failed', detail: { code: 'groupNotFound' } },
    ]);
    const planned = await deps.operations.get(operation.id);
    expect(planned && (await deps.progress.read(planned)).status).toBe('Failed');
  });

  it('is expanded on when Graph fails in between', async () => {
    parts.graph.faults.add({ match: { path: 'skiptoken' }, times: 2, fault: { status: 503 } });
    const operation = await accept(deps, { group: groupNamed('All users').id, users: undefined, dryRun: true });
    await plan(deps, operation);
    expect(await itemsOf(deps, operation)).toHaveLength(6_000);
  });
});

describe('the messages of chunks', () => {
  it('go to the session of their lane, a small operation beside the bulk', async () => {
    const own = await startParts({ users: 400 });
    const worker = own.worker();
    const small = own.people.take(3).map(({ id }) => id);
    const large = own.people.take(101).map(({ id }) => id);
    const operations = [await accept(worker, { users: small }), await accept(worker, { users: large })];
    for (const operation of operations) await plan(worker, operation);
    const client = new ServiceBusClient(own.bus.connectionString);
    const receiver = client.createReceiver('changes');
    const messages = await receiver.peekMessages(own.bus.queue('changes').active);
    const sessions = messages.map(({ body, sessionId }) => `${(body as ChangeMessage).operationId} ${sessionId}`);
    const expected = (operation: Operation | undefined, prefix: string, ids: string[]): string[] =>
      ids.map((id) => `${operation?.id} ${prefix}-${laneOf(id)}`);
    expect(new Set(sessions)).toEqual(
      new Set([...expected(operations[0], 'express', small), ...expected(operations[1], 'lane', large)]),
    );
    await receiver.close();
    await client.close();
    await own.close();
  });

  it('that name no operation, or no page of it, cannot be processed', async () => {
    const unknown = { version: 1, operationId: randomUUID(), page: 0 } as const;
    await expect(planPage(unknown, deps)).rejects.toThrow(UnprocessableMessageError);
    const operation = await accept(deps, { users: [parts.people.one().id] });
    await expect(planPage({ version: 1, operationId: operation.id, page: 1 }, deps)).rejects.toThrow(
      UnprocessableMessageError,
    );
  });
});
