import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharedDailyLimit } from '../../../shared/pace/dailyLimit.ts';
import type { OpenTable } from '../../../shared/tables/tables.ts';
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

/** The table, where the answer to each write is lost: the client sends it again, and the row's version does not fit then. */
function losingAnswers(open: OpenTable): OpenTable {
  const lose = async (write: Promise<unknown>): Promise<never> => {
    await write;
    throw Object.assign(new Error('The version does not fit.'), { statusCode: 412 });
  };
  return async (name) => {
    const table = await open(name);
    return {
      getEntity: (...args: Parameters<typeof table.getEntity>) => table.getEntity(...args),
      createEntity: (...args: Parameters<typeof table.createEntity>) => lose(table.createEntity(...args)),
      updateEntity: (...args: Parameters<typeof table.updateEntity>) => lose(table.updateEntity(...args)),
    } as unknown as typeof table;
  };
}

it('a change whose answer was lost is made once', async () => {
  const table = memoryTable();
  const lossy = sharedDailyLimit(losingAnswers(table), 10, () => NOON);
  const first = await lossy.take(4);
  const second = await lossy.take(3);
  await lossy.giveBack({ ...first, users: 2 });
  await lossy.giveBack({ ...second, users: 1 });
  expect([first.users, second.users]).toEqual([4, 3]);
  expect(await sharedDailyLimit(table, 10, () => NOON).left()).toBe(10 - 4 - 3 + 2 + 1);
});
