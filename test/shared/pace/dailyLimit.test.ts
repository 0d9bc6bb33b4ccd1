import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharedDailyLimit } from '../../../shared/pace/dailyLimit.ts';
import { memoryTable } from '../../support/memoryTable.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

it('however many take and give back at once, never more than the limit is out', async () => {
  const step = fc.record({ users: fc.integer({ min: 0, max: 20 }), instance: fc.nat(2), used: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 60 }), async (steps, limit) => {
      const table = memoryTable();
      const instances = [0, 1, 2].map(() => sharedDailyLimit(table, limit, () => NOON));
      let out = 0;
      await Promise.all(
        steps.map(async ({ users, instance, used }) => {
          const dailyLimit = instances[instance] as (typeof instances)[number];
          const share = await dailyLimit.take(users);
          out += share.users;
          expect(share.users).toBeLessThanOrEqual(users);
          expect(out).toBeLessThanOrEqual(limit);
          const unused = Math.max(0, share.users - used);
          out -= unused;
          await dailyLimit.giveBack({ ...share, users: unused });
        }),
      );
      expect(await instances[0]?.left()).toBe(limit - out);
    }),
    { numRuns: 50 },
  );
});

it('what is left is given out to the last user', async () => {
  const dailyLimit = sharedDailyLimit(memoryTable(), 5, () => NOON);
  expect([await dailyLimit.take(3), await dailyLimit.take(3), await dailyLimit.take(3)]).toMatchObject([
    { users: 3 },
    { users: 2 },
    { users: 0 },
  ]);
});

it('a share is given back to the day that it was taken from', async () => {
  let now = NOON;
  const dailyLimit = sharedDailyLimit(memoryTable(), 5, () => now);
  const share = await dailyLimit.take(2);
  expect(share.day).toBe('2026-03-02');
  now += 24 * 60 * 60_000;
  expect((await dailyLimit.take(1)).day).toBe('2026-03-03');
});

it('a limit of 0 gives nothing, and nothing is counted', async () => {
  const dailyLimit = sharedDailyLimit(memoryTable(), 0, () => NOON);
  expect([(await dailyLimit.take(1)).users, await dailyLimit.left()]).toEqual([0, 0]);
});
