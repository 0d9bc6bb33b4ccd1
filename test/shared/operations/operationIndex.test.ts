import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IndexEntry, OperationIndex } from '../../../shared/operations/operationIndex.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 1 });
});
afterAll(() => parts.close());

const instance = (): OperationIndex => new OperationIndex(parts.worker().open, () => parts.clock.now());

async function listed(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { operationId } of instance().newestFirst()) ids.push(operationId);
  return ids;
}

describe('ranks of operations', () => {
  it('are in the order of asking, each once, with an entry, however many ask at once', async () => {
    const index = instance();
    const ids = Array.from({ length: 250 }, () => randomUUID());
    const ranks = await Promise.all(ids.map((id) => index.next(id)));
    expect([...ranks].sort()).toEqual(ranks);
    expect(new Set(ranks).size).toBe(ids.length);
    expect((await listed()).slice(0, ids.length)).toEqual([...ids].reverse());
  });

  it('are greater than every rank that any instance took before, whatever its clock says', async () => {
    const [one, two] = [instance(), new OperationIndex(parts.worker().open, () => 0)];
    const ranks: string[] = [];
    for (let turn = 0; turn < 4; turn++) ranks.push(await one.next(randomUUID()), await two.next(randomUUID()));
    expect([...ranks].sort()).toEqual(ranks);

    const together = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one : two).next(randomUUID())));
    expect(new Set([...ranks, ...together]).size).toBe(48);
    for (const rank of together) expect(rank > (ranks.at(-1) as string)).toBe(true);
  });

  it('are refused to all who asked together while tables fail, and given afterwards', async () => {
    const { open } = parts.worker();
    let fails = true;
    const index = new OperationIndex(
      async (name) => {
        if (fails) throw new Error('out of reach');
        return open(name);
      },
      () => parts.clock.now(),
    );
    const [first, second] = await Promise.allSettled([index.next(randomUUID()), index.next(randomUUID())]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await index.next(randomUUID())).toMatch(/^\d{15}$/);
  });
});

describe('an entry', () => {
  it('that was removed stays removed when its operation is marked as finished', async () => {
    const index = instance();
    const [id, other] = [randomUUID(), randomUUID()];
    const rank = await index.next(id);
    const otherRank = await index.next(other);
    const entries: IndexEntry[] = [];
    for await (const entry of index.newestFirst()) entries.push(entry);
    const [newest, older] = entries;
    expect([newest?.sequence, older?.sequence]).toEqual([otherRank, rank]);
    await index.remove(older?.key as string);
    for (const entry of [newest, older]) await index.markOver(entry?.key as string);
    const left: IndexEntry[] = [];
    for await (const entry of index.newestFirst()) left.push(entry);
    expect(left[0]).toEqual({ ...newest, over: true });
    expect(left.map(({ key }) => key)).not.toContain(older?.key);
  });
});
