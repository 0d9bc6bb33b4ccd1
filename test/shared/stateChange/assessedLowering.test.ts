import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PILOT_GROUP_ID } from '../../../local/graph/directory/fixedUsers.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { cutChunks } from '../../../shared/operations/chunk.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { codesOf, current, decide, finish, statusOf } from '../../support/approvals.ts';
import { accept, applyToEnd, itemsOf, plan, run, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Wanted } from '../../support/people.ts';

const HOUR_MS = 3_600_000;

let parts: Parts;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.close());

/** A process; two users may be lowered without approval, and each test of the daily limit has a day of its own. */
function worker(settings: Readonly<Record<string, string>> = {}): Dependencies {
  return parts.worker({}, { LOWERED_WITHOUT_APPROVAL: '2', MAX_LOWERED_PER_DAY: '100', ...settings });
}

const take = (count: number, state: NonNullable<Wanted['state']>): string[] =>
  parts.people.take(count, { state }).map(({ id }) => id);
const isWritten = (id: string): boolean => writesOf(parts.graph, id).length > 0;

/** An operation that waits, because it would disable three enabled users. */
async function waiting(deps: Dependencies, users: string[] = take(3, 'enabled')): Promise<Operation> {
  const operation = await accept(deps, { users, state: 'disabled' });
  expect(await plan(deps, operation)).toEqual([]);
  expect(await statusOf(deps, operation)).toBe('AwaitingApproval');
  return current(deps, operation);
}

describe('the daily limit', () => {
  const tooMany = { MAX_LOWERED_PER_DAY: '2', LOWERED_WITHOUT_APPROVAL: '50' };

  /** A day that no other test counts users on. */
  function onANewDay(): Dependencies {
    parts.clock.advance(24 * HOUR_MS);
    return worker(tooMany);
  }

  it('lowers none of the users of an operation that exceeds it', async () => {
    const deps = onANewDay();
    const users = take(3, 'enabled');
    const operation = await accept(deps, { users, state: 'disabled' });
    const items = await run(deps, operation);
    expect(items.map(({ detail }) => detail?.code)).toEqual(Array(3).fill('dailyLoweringLimit'));
    expect(items[0]?.detail?.message).toContain('3 users');
    expect(await deps.dailyLimit.left()).toBe(2);
  });

  it('lowers none of the members of a group that exceeds it', async () => {
    const deps = onANewDay();
    const operation = await accept(deps, { group: PILOT_GROUP_ID, users: undefined, state: 'disabled' });
    await run(deps, operation);
    const codes = await codesOf(deps, operation);
    expect(codes.filter((code) => code === 'dailyLoweringLimit').length).toBeGreaterThan(2);
    expect(codes).not.toContain('applied');
    expect(await deps.dailyLimit.left()).toBe(2);
  });

  it('is exceeded by an operation that acknowledges it and is approved, and leaves the others their share', async () => {
    const deps = onANewDay();
    const operation = await accept(deps, {
      users: take(3, 'enabled'),
      state: 'disabled',
      acknowledge: ['dailyLimit'],
    });
    await plan(deps, operation);
    expect((await current(deps, operation)).assessment?.needs).toEqual(['dailyLimit']);
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'applied', 'applied']);
    expect((await itemsOf(deps, operation))[0]?.detail?.overrides).toEqual(['dailyLimit']);
    expect(await deps.dailyLimit.left()).toBe(2);
  });

  it('costs nothing for users who are disabled already', async () => {
    const deps = onANewDay();
    const users = [...take(2, 'enabled'), ...take(3, 'disabled')];
    for (let times = 0; times < 2; times++)
      for (const { outcome } of await run(deps, await accept(deps, { users, state: 'disabled' })))
        expect(['applied', 'unchanged']).toContain(outcome);
    expect(await deps.dailyLimit.left()).toBe(0);
  });
});

describe('a privileged account', () => {
  function administrator(): string {
    const { id, index } = parts.people.one({ state: 'enforced' });
    parts.graph.directory.assignRole({ user: index });
    return id;
  }

  it('is refused without an acknowledgement, and the others are lowered', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, { users: [id, ...take(1, 'enabled')], state: 'disabled' });
    await run(deps, operation);
    expect(await codesOf(deps, operation)).toEqual(['privilegedAccount', 'applied']);
    expect((await current(deps, operation)).assessment).toMatchObject({ lowered: 1, needs: [] });
  });

  it('is lowered when a second person has approved it', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, { users: [id], state: 'disabled', acknowledge: ['privileged'] });
    expect(await plan(deps, operation)).toEqual([]);
    expect((await current(deps, operation)).assessment).toMatchObject({ privileged: [id], needs: ['privileged'] });
    expect(isWritten(id)).toBe(false);
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied']);
    expect((await itemsOf(deps, operation))[0]?.detail?.overrides).toEqual(['privileged']);
  });

  it('is not covered by an approval when it got the role after the assessment', async () => {
    const deps = worker();
    const known = administrator();
    const late = parts.people.one({ state: 'enabled' });
    const operation = await accept(deps, {
      users: [known, late.id],
      state: 'disabled',
      acknowledge: ['privileged'],
    });
    await plan(deps, operation);
    parts.graph.directory.assignRole({ user: late.index });
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'privilegedAccount']);
  });

  it('is shown by a dry run as the approval allows it', async () => {
    const deps = worker();
    const id = administrator();
    const operation = await accept(deps, {
      users: [id],
      state: 'disabled',
      acknowledge: ['privileged'],
      dryRun: true,
    });
    expect((await run(deps, operation)).map(({ outcome }) => outcome)).toEqual(['wouldChange']);
    expect((await current(deps, operation)).assessment?.needs).toEqual(['privileged']);
  });
});

describe('a dry run', () => {
  it('never waits, and shows what the real request would need', async () => {
    const deps = worker();
    const users = take(3, 'enabled');
    const operation = await accept(deps, { users, state: 'disabled', dryRun: true });
    expect((await run(deps, operation)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('wouldChange'));
    expect((await current(deps, operation)).assessment).toMatchObject({ lowered: 3, needs: ['manyUsers'] });
    expect((await current(deps, operation)).approval).toBeUndefined();
    expect(users.some(isWritten)).toBe(false);
  });
});

describe('the moment of writing', () => {
  it('lowers no user of an operation that waits, whatever the queue delivers', async () => {
    const deps = { ...worker(), wait: parts.clock.skip, retryBudgetMs: 1_000 };
    const users = take(3, 'enabled');
    const operation = await waiting(deps, users);
    const [chunk] = await forgeChunks(deps, operation, users);
    await expect(applyChunk(chunk, deps)).rejects.toThrow();
    expect(users.some(isWritten)).toBe(false);
  });

  it('covers no user who was raised after the assessment of an approved operation', async () => {
    const deps = worker();
    const raised = take(1, 'disabled');
    const operation = await waiting(deps, [...take(3, 'enabled'), ...raised]);
    await run(deps, await accept(deps, { users: raised, state: 'enabled' }, { sequence: '0' }));
    await decide(deps, operation);
    expect(await finish(deps, operation)).toEqual(['applied', 'applied', 'applied', 'assessmentOutdated']);
  });

  it('covers users of a small operation who were raised meanwhile', async () => {
    const deps = worker();
    const [id] = take(1, 'disabled');
    const operation = await accept(deps, { users: [id as string], state: 'disabled' });
    const [message] = await plan(deps, operation);
    await run(deps, await accept(deps, { users: [id as string], state: 'enabled' }, { sequence: '0' }));
    await applyToEnd(message as NonNullable<typeof message>, deps);
    expect(await codesOf(deps, operation)).toEqual(['applied']);
  });
});

/** Chunks of an operation that planning has not made. */
async function forgeChunks(deps: Dependencies, { id }: Operation, users: readonly string[]) {
  const chunks = cutChunks(
    0,
    users.map((user) => ({ id: user, reference: user, lowers: true as const })),
    { notes: [], overrides: [] },
  );
  await deps.operations.keepChunks(id, chunks);
  return chunks.map(({ key }) => ({ version: 1, operationId: id, chunk: key }) as const) as [
    { version: 1; operationId: string; chunk: string },
  ];
}
