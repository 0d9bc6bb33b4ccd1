import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { historyOf, userRow, writesOf } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import type { Person } from '../support/people.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let apps: App[] = [];

beforeAll(async () => {
  parts = await startParts({ users: 3_000 });
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.child.stop()));
  apps = [];
  parts.graph.tenant.changeSettings({ latencyMs: 0 });
});
afterAll(() => parts.close());

async function start(): Promise<App> {
  const app = await startApp(parts);
  apps.push(app);
  return app;
}

/** The ledger, the audit record, the rows of the users and the outcomes say the same. */
async function expectAgreement(app: App, operationId: string, people: readonly Person[]): Promise<void> {
  const deps = parts.worker();
  const items = await app.items({ id: operationId });
  expect(items.map(({ userId }) => userId)).toEqual(people.map(({ id }) => id));
  for (const { userId, outcome, detail } of items) {
    const id = userId as string;
    const writes = writesOf(parts.graph, id);
    // A write whose answer was lost may be repeated, from the state that it left.
    expect(writes.map(({ from, to }) => `${from} ${to}`)[0]).toBe('disabled enabled');
    expect(writes.slice(1).every(({ from, to }) => from === to)).toBe(true);
    expect({ outcome, from: detail?.from, to: detail?.to }).toEqual({
      outcome: 'applied',
      from: 'disabled',
      to: 'enabled',
    });
    expect(await historyOf(deps, id)).toMatchObject([
      { event: 'stateChanged', from: 'disabled', to: 'enabled', operationId, at: detail?.decidedDateTime },
    ]);
    expect(await userRow(deps, id)).toMatchObject({ state: 'enabled', claim: null, operationId });
  }
}

describe('a host that is killed in the middle of an operation', () => {
  it('is followed by one that finishes it, with every record agreeing', async () => {
    const first = await start();
    parts.graph.tenant.changeSettings({ latencyMs: 60 });
    const people = parts.people.take(120);
    const before = parts.graph.ledger.entries.length;
    const accepted = await first.request({ state: 'enabled', users: people.map(({ id }) => id) });
    await waitUntil(() => parts.graph.ledger.entries.length >= before + 40, 'some users are changed');
    await first.child.kill();
    expect(parts.graph.ledger.entries.length).toBeLessThan(before + 120);
    parts.bus.expireLocks(); // what takes minutes in Azure
    const second = await start();
    expect(await second.over(accepted)).toMatchObject({ status: 'Succeeded', counts: { applied: 120 } });
    await expectAgreement(second, accepted.id, people);
  });

  it('is carried on by another that runs already', async () => {
    const [first, second] = [await start(), await start()];
    parts.graph.tenant.changeSettings({ latencyMs: 60 });
    const people = parts.people.take(120);
    const before = parts.graph.ledger.entries.length;
    const accepted = await first.request({ state: 'enabled', users: people.map(({ id }) => id) });
    await waitUntil(() => parts.graph.ledger.entries.length >= before + 20, 'some users are changed');
    await first.child.kill();
    parts.bus.expireLocks();
    expect(await second.over(accepted)).toMatchObject({ status: 'Succeeded', counts: { applied: 120 } });
    await expectAgreement(second, accepted.id, people);
  });
});

describe('locks that expire during the work', () => {
  it('let nothing be lost, nor recorded twice', async () => {
    const [first] = [await start(), await start()];
    parts.graph.tenant.changeSettings({ latencyMs: 80 });
    const people = parts.people.take(110);
    const before = parts.graph.ledger.entries.length;
    const accepted = await first.request({ state: 'enabled', users: people.map(({ id }) => id) });
    for (const share of [20, 70]) {
      await waitUntil(() => parts.graph.ledger.entries.length >= before + share, `${share} users are changed`);
      parts.bus.expireLocks();
    }
    expect(await first.over(accepted)).toMatchObject({ status: 'Succeeded', counts: { applied: 110 } });
    await expectAgreement(first, accepted.id, people);
  });
});
