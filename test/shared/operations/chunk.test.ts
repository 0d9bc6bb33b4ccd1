import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANES, laneOf } from '../../../shared/domain/lane.ts';
import { outcomeKinds } from '../../../shared/domain/outcome.ts';
import {
  CHUNK_MAX_USERS,
  type Chunk,
  chunkRow,
  cutChunks,
  readChunk,
  withOutcomes,
} from '../../../shared/operations/chunk.ts';
import { changeMessageSchema } from '../../../shared/queues/messages.ts';

const nothing = { notes: [], overrides: [] };
const users = fc
  .uniqueArray(fc.uuid(), { maxLength: 999, size: 'max' })
  .map((ids) => ids.map((id) => ({ id, reference: id })));

describe('cutChunks', () => {
  it('puts every user into exactly one chunk of one lane with at most 80 users', () => {
    fc.assert(
      fc.property(users, fc.nat({ max: 99_999 }), (all, page) => {
        const chunks = cutChunks(page, all, nothing);
        expect(chunks.flatMap((chunk) => chunk.users.map(({ id }) => id)).sort()).toEqual(
          all.map(({ id }) => id).sort(),
        );
        for (const chunk of chunks) {
          expect(chunk.users.length).toBeGreaterThan(0);
          expect(chunk.users.length).toBeLessThanOrEqual(CHUNK_MAX_USERS);
          expect(chunk.users.every(({ id }) => laneOf(id) === chunk.lane)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same users the same chunks, with keys that messages can carry', () => {
    fc.assert(
      fc.property(users, fc.nat({ max: 99_999 }), (all, page) => {
        const chunks = cutChunks(page, all, nothing);
        expect(cutChunks(page, all, nothing)).toEqual(chunks);
        expect(new Set(chunks.map(({ key }) => key)).size).toBe(chunks.length);
        for (const { key } of chunks)
          changeMessageSchema.parse({ version: 1, operationId: '0bb20000-0000-4000-8000-000000000001', chunk: key });
      }),
      { numRuns: 30 },
    );
  });

  it('reads back what it stores', () => {
    const [plan] = cutChunks(3, [{ id: '0aa10000-0000-4000-8000-000000000001', reference: 'ä@b.c' }], {
      notes: ['a note'],
      overrides: ['conditionalAccess'],
    });
    if (plan === undefined) throw new Error('no chunk');
    const stored = { ...chunkRow('operation', plan), etag: 'W/"1"' };
    expect(readChunk(stored)).toEqual({
      ...plan,
      users: plan.users.map((user) => ({ ...user, outcome: null })),
      etag: 'W/"1"',
    });
  });
});

describe('laneOf', () => {
  it('does not depend on how an id is written, and uses all lanes evenly', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(laneOf(id.toUpperCase())).toBe(laneOf(id));
      }),
    );
    const lanes = new Map<string, number>();
    for (let user = 0; user < 16_000; user++) {
      const id = `0aa10000-0000-4000-8000-${String(user).padStart(12, '0')}`;
      lanes.set(laneOf(id), (lanes.get(laneOf(id)) ?? 0) + 1);
    }
    expect(lanes.size).toBe(LANES);
    expect(Math.min(...lanes.values())).toBeGreaterThan(850);
    expect(Math.max(...lanes.values())).toBeLessThan(1_150);
  });
});

describe('withOutcomes', () => {
  const outcome = fc.record({
    outcome: fc.constantFrom(...outcomeKinds.filter((kind) => kind !== 'pending')),
    at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  });
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const found = fc
    .dictionary(fc.constantFrom(...ids, 'not in the chunk'), outcome)
    .map((some) => new Map(Object.entries(some)));
  const chunk: Chunk = {
    key: 'chunk-00000-00-000',
    lane: '00',
    users: ids.map((id) => ({ id, reference: id, outcome: null })),
    etag: 'W/"1"',
    ...nothing,
  };
  const byUser = ({ users }: Chunk) => Object.fromEntries(users.map(({ id, outcome }) => [id, outcome]));

  it('keeps what is settled, takes what is new, and never adds a user', () => {
    fc.assert(
      fc.property(found, found, (first, second) => {
        const expected = Object.fromEntries(ids.map((id) => [id, first.get(id) ?? second.get(id) ?? null]));
        expect(byUser(withOutcomes(withOutcomes(chunk, first), second))).toEqual(expected);
      }),
    );
  });
});
