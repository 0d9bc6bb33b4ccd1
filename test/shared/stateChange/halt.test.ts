import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import type { ChangeMessage } from '../../../shared/queues/messages.ts';
import { applyChange } from '../../../shared/stateChange/applyChange.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { restoreRows } from '../../../shared/stateChange/restoreNewestState.ts';
import { WritesHaltedError } from '../../../shared/stateChange/writeUnlessHalted.ts';
import { accept, actor, applyToEnd, historyOf, outcomesOf, plan, planOne, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';

let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts();
  deps = parts.worker();
});
afterAll(() => parts.close());
afterEach(async () => {
  await deps.writeHalt.resume();
});

interface Sent {
  readonly change: ChangeMessage;
  readonly session: string;
  readonly at?: number;
}

/** The dependencies of a delivery, and the messages that it queues. */
function delivery(worker: Dependencies): { readonly deps: Dependencies; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const sendChanges = async (messages: readonly Sent[]): Promise<void> => void sent.push(...messages);
  return { deps: { ...worker, queues: { ...worker.queues, sendChanges } }, sent };
}

/** Delivers a message, and returns the message that replaces it. */
async function deliver(message: ChangeMessage, worker: Dependencies): Promise<Sent | undefined> {
  const one = delivery(worker);
  await applyChange(message, one.deps);
  return one.sent[0];
}

const halt = (): Promise<unknown> => deps.writeHalt.halt('An attack is under way.', actor);

describe('a halt', () => {
  it('keeps the first reason, and ends once', async () => {
    expect(await deps.writeHalt.current()).toBeUndefined();
    const first = await deps.writeHalt.halt('Attack', actor);
    const second = await deps.writeHalt.halt('Another', { kind: 'user', id: 'another' });
    expect(first).toMatchObject({ isNew: true, halt: { reason: 'Attack', by: actor } });
    expect(second).toEqual({ isNew: false, halt: first.halt });
    expect(await parts.worker().writeHalt.current()).toEqual(first.halt);
    expect(await deps.writeHalt.resume()).toEqual(first.halt);
    expect(await deps.writeHalt.resume()).toBeUndefined();
    expect(await deps.writeHalt.current()).toBeUndefined();
  });

  it('is known to every process within ten seconds, and so is its end', async () => {
    const other = parts.worker();
    expect(await other.writeHalt.current()).toBeUndefined();
    await halt();
    parts.clock.advance(10_000);
    expect(await other.writeHalt.current()).toMatchObject({ reason: 'An attack is under way.' });
    await deps.writeHalt.resume();
    parts.clock.advance(10_000);
    expect(await other.writeHalt.current()).toBeUndefined();
  });
});

describe('during a halt, a change', () => {
  it('waits without using up deliveries, however long, and is made afterwards', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    await halt();
    let next: Sent | undefined = { change: message, session: '' };
    const ids = new Set<string>();
    for (let times = 1; times <= 30; times++) {
      next = await deliver(next.change, parts.worker());
      if (next === undefined) throw new Error('The message is gone.');
      ids.add(JSON.stringify(next.change));
      expect(next).toMatchObject({ change: { halted: times }, session: expect.stringMatching(/^express-/) });
      const inMs = (next.at ?? 0) - deps.now();
      expect(inMs).toBeGreaterThan(20_000);
      expect(inMs).toBeLessThanOrEqual(30_000);
      parts.clock.advance(4 * 60 * 60_000); // five days in all
    }
    expect(ids.size).toBe(30);
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
    await deps.writeHalt.resume();
    expect(await deliver(next.change, parts.worker())).toBeUndefined();
    expect(await outcomesOf(deps, operation)).toEqual(['applied']);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
  });

  it('that needs no write is decided, and one that is canceled ends', async () => {
    const [is, waits] = [parts.people.one({ state: 'enabled' }), parts.people.one()];
    const operation = await accept(deps, { users: [is.id, waits.id] });
    const messages = await plan(deps, operation);
    await halt();
    const again = (await Promise.all(messages.map((message) => deliver(message, deps)))).flatMap((one) => one ?? []);
    expect(again).toHaveLength(1);
    expect(await outcomesOf(deps, operation)).toEqual(['unchanged', 'pending']);
    await cancelOperation(operation.id, actor, deps);
    for (const { change } of again) expect(await deliver(change, parts.worker())).toBeUndefined();
    expect(await outcomesOf(deps, operation)).toEqual(['unchanged', 'canceled']);
    expect(writesOf(parts.graph, waits.id)).toEqual([]);
  });

  it('that is halted between its claim and its write is not written, and is written once afterwards', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    const worker = parts.worker();
    replaceMethod(worker.operations, 'fenceChunk', (fence) => async (...args) => {
      await worker.writeHalt.halt('An attack is under way.', actor);
      return fence(...args);
    });
    const next = await deliver(message, worker);
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await outcomesOf(deps, operation)).toEqual(['pending']);
    if (next === undefined) throw new Error('The message is gone.');
    await deps.writeHalt.resume();
    const rest = delivery(parts.worker());
    await applyChange(next.change, rest.deps);
    expect(await outcomesOf(deps, operation)).toEqual(['applied']);
    expect(writesOf(parts.graph, id)).toHaveLength(1);
    expect(await historyOf(deps, id)).toHaveLength(1);
  });

  it('that Graph fails for is not given up for the time of the halt', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    const since = new Date(deps.now() - 39 * 60_000).toISOString();
    await halt();
    const postponed = { times: 3, since, failures: { [id]: 5 } };
    const next = await deliver({ ...message, postponed }, parts.worker());
    expect(next).toMatchObject({ session: expect.stringMatching(/^aside-/), change: { postponed: { times: 3 } } });
    expect(Date.parse(next?.change.postponed?.since ?? '')).toBeGreaterThan(Date.parse(since) + 30 * 60_000);
    await deps.writeHalt.resume();
    if (next !== undefined) await applyToEnd(next.change, parts.worker());
    expect(await outcomesOf(deps, operation)).toEqual(['applied']);
  });

  it('does not wait when it is a dry run', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id, { dryRun: true });
    await halt();
    expect(await deliver(message, deps)).toBeUndefined();
    expect(await outcomesOf(deps, operation)).toEqual(['wouldChange']);
  });

  it('is not written when Table Storage cannot tell whether there is a halt', async () => {
    const { id } = parts.people.one();
    const { message } = await planOne(deps, id);
    const worker = parts.worker();
    const current = async (): Promise<undefined> => {
      throw new Error('Table Storage does not answer.');
    };
    await expect(applyChunk(message, { ...worker, writeHalt: { ...worker.writeHalt, current } })).rejects.toThrow(
      'Table Storage',
    );
    expect(writesOf(parts.graph, id)).toEqual([]);
  });
});

describe('during a halt, a late write', () => {
  it('is neither looked for nor undone: its check waits', async () => {
    const { id } = parts.people.one();
    const { message } = await planOne(deps, id);
    await applyToEnd(message, deps);
    await halt();
    const lateWrites = { users: [id], since: new Date(deps.now()).toISOString(), times: 0 };
    const before = parts.graph.counters.httpRequests;
    const next = await deliver({ ...message, lateWrites }, parts.worker());
    expect(next).toMatchObject({ session: expect.stringMatching(/^aside-\d\d$/), change: { lateWrites, halted: 1 } });
    expect(parts.graph.counters.httpRequests).toBe(before);
    await deps.writeHalt.resume();
    expect(await deliver(next?.change ?? message, parts.worker())).toBeUndefined();
  });

  it('is not undone by writing again', async () => {
    const { id } = parts.people.one();
    const { operation, message } = await planOne(deps, id);
    await applyToEnd(message, deps);
    const chunk = await deps.operations.getChunk(operation.id, message.chunk);
    if (chunk === undefined) throw new Error('There is no such chunk.');
    await halt();
    const writes = writesOf(parts.graph, id).length;
    await expect(restoreRows(operation, chunk, [id], () => true, deps)).rejects.toThrow(WritesHaltedError);
    expect(writesOf(parts.graph, id)).toHaveLength(writes);
  });
});
