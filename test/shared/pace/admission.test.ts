import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../shared/domain/operation.ts';
import { type Admission, type Standing, sharedAdmission } from '../../../shared/pace/admission.ts';
import { memoryTable } from '../../support/memoryTable.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const RECOVER_AFTER_MS = 180_000;
const caller: Actor = { kind: 'application', id: '11111111-2222-4333-8444-555555555555' };
const another: Actor = { kind: 'application', id: '99999999-2222-4333-8444-555555555555' };
const small = (users = 1) => ({ id: randomUUID(), expressUsers: users });
const large = () => ({ id: randomUUID(), expressUsers: undefined });

/** Instances of the service on one table, with a clock and the standing of each operation. */
function instances(openOperations: number, expressUsersPerMinute: number, count = 1) {
  const table = memoryTable();
  const standings = new Map<string, Standing>();
  const clock = { now: NOON };
  const looks = { count: 0 };
  const standingOf = async (id: string): Promise<Standing> => {
    looks.count++;
    return standings.get(id) ?? 'open';
  };
  const make = (): Admission =>
    sharedAdmission(
      { openOperations, expressUsersPerMinute },
      { open: table, standingOf, now: () => clock.now, recoverAfterMs: RECOVER_AFTER_MS },
    );
  const admissions = Array.from({ length: count }, make);
  return { admissions, admission: admissions[0] as Admission, standings, clock, looks, table };
}

describe('the open operations of a caller', () => {
  it('are at most as many as the limit, however many instances admit them at once', async () => {
    const { admissions } = instances(10, 1_000, 3);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (admissions[index % 3] as Admission).admit(caller, large())),
    );
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(10);
  });

  it('do not count for another caller, nor for the service itself', async () => {
    const { admission } = instances(1, 1_000);
    expect(await admission.admit(caller, large())).toBeDefined();
    expect(await admission.admit(caller, large())).toBeUndefined();
    expect(await admission.admit(another, large())).toBeDefined();
    const service: Actor = { kind: 'service', id: 'per-user-mfa' };
    for (let times = 0; times < 5; times++) expect(await admission.admit(service, large())).toBeDefined();
  });

  it('are those that have not finished: a full list is looked through', async () => {
    const { admission, standings } = instances(3, 1_000);
    const operations = [large(), large(), large()];
    for (const operation of operations) expect(await admission.admit(caller, operation)).toBeDefined();
    standings.set(operations[1]?.id ?? '', 'finished');
    expect(await admission.admit(caller, large())).toBeDefined();
    expect(await admission.admit(caller, large())).toBeUndefined();
  });

  it('count a request that broke off only until recovery would have found it', async () => {
    const { admission, standings, clock } = instances(1, 1_000);
    const brokeOff = large();
    await admission.admit(caller, brokeOff);
    standings.set(brokeOff.id, 'missing');
    expect(await admission.admit(caller, large())).toBeUndefined();
    clock.now += RECOVER_AFTER_MS + 1;
    expect(await admission.admit(caller, large())).toBeDefined();
  });

  it('are looked through at most every few seconds while they do not finish', async () => {
    const { admission, clock, looks } = instances(20, 1_000);
    for (let times = 0; times < 20; times++) await admission.admit(caller, large());
    for (let times = 0; times < 30; times++) expect(await admission.admit(caller, large())).toBeUndefined();
    expect(looks.count).toBe(20);
    clock.now += 5_000;
    await admission.admit(caller, large());
    expect(looks.count).toBe(40);
  });

  it('count an operation once, however often its request is sent', async () => {
    const { admission } = instances(2, 50);
    const operation = small(50);
    for (let times = 0; times < 5; times++) expect(await admission.admit(caller, operation)).toEqual({ express: true });
    expect(await admission.admit(caller, large())).toBeDefined();
    expect(await admission.admit(caller, large())).toBeUndefined();
    expect(await admission.admit(caller, operation)).toEqual({ express: true });
  });

  it('of a caller whose id cannot be a row key are counted too', async () => {
    const { admission } = instances(1, 1_000);
    const odd: Actor = { kind: 'user', id: 'a/b\\c#d?e%f' };
    expect(await admission.admit(odd, large())).toBeDefined();
    expect(await admission.admit(odd, large())).toBeUndefined();
  });
});

describe('express users', () => {
  it('are refilled over a minute, and never exceed the users of a minute', async () => {
    const { admission, clock } = instances(1_000, 60);
    const express = async (users: number) => (await admission.admit(caller, small(users)))?.express;
    expect([await express(60), await express(1)]).toEqual([true, false]);
    clock.now += 10_000;
    expect([await express(11), await express(10), await express(1)]).toEqual([false, true, false]);
    clock.now += 60 * 60_000;
    expect([await express(60), await express(1)]).toEqual([true, false]);
  });

  it('are not used up by large operations, nor by another caller', async () => {
    const { admission } = instances(1_000, 10);
    expect(await admission.admit(caller, large())).toEqual({ express: false });
    expect(await admission.admit(another, small(10))).toEqual({ express: true });
    expect(await admission.admit(caller, small(10))).toEqual({ express: true });
  });

  it('are never more than the users of a minute and what time refilled, whatever is sent in which order', async () => {
    const step = fc.record({ users: fc.integer({ min: 1, max: 100 }), waitMs: fc.nat(20_000), instance: fc.nat(1) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 200 }), async (steps, limit) => {
        const { admissions, clock } = instances(1_000, limit, 2);
        let granted = 0;
        for (const { users, waitMs, instance } of steps) {
          clock.now += waitMs;
          const answer = await (admissions[instance] as Admission).admit(caller, small(users));
          if (answer?.express) granted += users;
          expect(granted).toBeLessThanOrEqual(limit + ((clock.now - NOON) / 60_000) * limit + 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });
});

it('when the table fails, each waiting request gets the error, and later ones are admitted', async () => {
  const { table } = instances(10, 10);
  let isOut = true;
  const admission = sharedAdmission(
    { openOperations: 10, expressUsersPerMinute: 10 },
    {
      open: async (name) => {
        if (isOut) throw new Error('The table does not answer.');
        return table(name);
      },
      standingOf: async () => 'open',
      now: () => NOON,
      recoverAfterMs: RECOVER_AFTER_MS,
    },
  );
  const results = await Promise.allSettled([admission.admit(caller, small()), admission.admit(caller, small())]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isOut = false;
  expect(await admission.admit(caller, small())).toEqual({ express: true });
});
