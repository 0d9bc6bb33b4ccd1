import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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
    const worker = parts.worker({ protectedUsers: async () => new Map([[guarded.id, 'PROTECTED_USERS']]) });
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
    const [item] = await change(parts.worker({ protectedUsers: async () => new Map() }), { users: [name] });
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

  it('without members succeeds with nothing to do', async () => {
    const operation = await accept(deps, { group: groupNamed('Empty').id, users: undefined });
    expect(await deps.progress.read(operation)).toMatchObject({ status: 'NotStarted' });
    await plan(deps, operation);
    const planned = await deps.operations.get(operation.id);
    expect(planned && (await deps.progress.read(planned))).toMatchObject({ status: 'Succeeded', references: 0 });
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
