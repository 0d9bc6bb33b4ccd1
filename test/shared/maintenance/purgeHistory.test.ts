import { randomUUID, type UUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import { indexAudit } from '../../../shared/audit/indexAudit.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { UnavailableError } from '../../../shared/errors.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { purgeHistory } from '../../../shared/maintenance/purgeHistory.ts';
import { newSweep } from '../../../shared/registration/sweep.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { mortal } from '../../support/mortal.ts';
import { accept, historyOf, itemsOf, rowCount, run } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

const DAY_MS = 24 * 60 * 60_000;

let parts: Parts | undefined;
let deps: Dependencies;

/** Each test has tables of its own, so that it may count their rows. */
beforeEach(async () => {
  await parts?.close();
  parts = await startParts({ users: 100 });
  deps = parts.worker();
});
afterAll(() => parts?.close());

const settings = (days: Readonly<Record<string, string>>): Dependencies =>
  (parts as Parts).worker({}, { OPERATION_RETENTION_DAYS: '90', ...days });
const later = (days: number): void => parts?.clock.advance(days * DAY_MS);

/** An operation that has been carried out, of some users who end as they were asked for. */
async function done(count = 1): Promise<{ operation: Operation; users: string[] }> {
  const users = parts?.people.take(count).map(({ id }) => id) as string[];
  const operation = await accept(deps, { users });
  await run(deps, operation);
  return { operation, users };
}

const listed = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { operationId } of deps.index.newestFirst()) ids.push(operationId);
  return ids;
};

const entryAt = (at: string, userId = randomUUID()): AuditEntry =>
  auditEntry(at, { userId, operationId: null, event: 'changedOutside' });

describe('operations', () => {
  it('are removed with every row when they have finished and are older than the setting, and no others', async () => {
    const old = await done(12);
    const waiting = await accept(deps, { users: ['a@contoso.com'] });
    await deps.deliveries.create(
      { group: old.operation.id, key: old.users[0] as string },
      { status: 'sent', at: deps.now(), attempts: 1 },
    );
    later(60);
    const young = await done();
    later(31);
    expect(await purgeHistory(settings({}))).toMatchObject({ operations: 1 });

    expect(await listed()).toEqual([young.operation.id, waiting.id]);
    expect(await deps.operations.get(old.operation.id)).toBeUndefined();
    for (const { id } of [young.operation, waiting]) expect(await deps.operations.get(id)).toMatchObject({ id });
    const table = await deps.open('operations');
    const left = table.listEntities({ queryOptions: { filter: `PartitionKey eq '${old.operation.id}'` } });
    expect((await left.next()).done).toBe(true);
    expect(await rowCount(deps, 'notifications')).toBe(0);
    expect(await purgeHistory(settings({}))).toMatchObject({ operations: 0 });
  });

  it('leave the audit record and the rows of their users', async () => {
    const { users } = await done(3);
    later(91);
    await purgeHistory(settings({}));
    for (const id of users) expect(await deps.users.load(laneOf(id), [id])).toMatchObject([{ id, state: 'enabled' }]);
    for (const id of users) expect(await historyOf(deps, id)).toMatchObject([{ event: 'stateChanged' }]);
  });

  it('of which the process ended in the middle are removed by the next run', async () => {
    const { operation } = await done(12);
    await done();
    later(91);
    for (const when of ['before', 'after'] as const)
      await expect(purgeHistory(mortal(settings({}), 1, when))).rejects.toThrow('the process has ended');
    expect(await listed()).toContain(operation.id);
    await purgeHistory(settings({}));
    expect(await deps.operations.get(operation.id)).toBeUndefined();
    expect(await listed()).toEqual([]);
    expect(await rowCount(deps, 'operations')).toBe(1); // the counter of all operations
  });

  it('are left to the next invocation when no time is left', async () => {
    await done();
    await done();
    later(91);
    let looks = 0;
    const late = { ...settings({}), now: () => deps.now() + (looks++ < 2 ? 0 : 9 * 60_000) };
    expect(await purgeHistory(late)).toMatchObject({ operations: 1 });
    expect(await purgeHistory(settings({}))).toMatchObject({ operations: 1 });
  });

  it('are all kept by a number of days that reaches back beyond all time', async () => {
    const { operation } = await done();
    await deps.audit.recordEach([entryAt(new Date(deps.now()).toISOString())]);
    for (const days of ['36500', '1e12']) {
      const forEver = settings({ OPERATION_RETENTION_DAYS: days, AUDIT_RETENTION_DAYS: days });
      expect(await purgeHistory(forEver)).toEqual({ operations: 0, sweeps: 0, auditEntries: 0, unreadable: 0 });
    }
    expect(await listed()).toEqual([operation.id]);
  });
});

describe('an operation with an Operation-Id that was purged', () => {
  it('is a new operation, also in a process that remembers the old one', async () => {
    const { operation, users } = await done(2);
    expect(await deps.progress.read(operation)).toMatchObject({ status: 'Succeeded', counts: { applied: 2 } });
    later(91);
    await purgeHistory(settings({}));
    const again = await accept(deps, { users: [...users, 'unknown@contoso.com'] }, { id: operation.id });
    expect(await deps.progress.read(again)).toMatchObject({ status: 'NotStarted', references: 3 });
    expect(await run(deps, again)).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'unchanged' },
      { outcome: 'failed' },
    ]);
    expect(await deps.progress.read(again)).toMatchObject({ status: 'PartiallySucceeded' });
  });

  // Rows are removed in transactions of 100: one ends behind the first page, or between two chunks.
  it.each([
    ['users', 99],
    ['users', 130],
    ['group', 99],
  ] as const)('with %s and %i chunks is accepted only when all rows of the old one are gone', async (by, chunks) => {
    const group = parts?.graph.directory.groups[0]?.id;
    const named = { users: [parts?.people.one().id as string] };
    const request = by === 'group' ? { group, users: undefined, dryRun: true } : named;
    const operation = await accept(deps, request);
    const items = await run(deps, operation);
    const table = await deps.open('operations');
    const more = chunks - (await deps.operations.getChunks(operation.id, 0)).length;
    for (let number = 0; number < more; number++)
      await table.createEntity({ partitionKey: operation.id, rowKey: `chunk-00001-00-${number}`, count: 0 });
    later(91);

    let refused = 0;
    for (let lives = 0; ; lives++) {
      await purgeHistory(mortal(settings({}), lives, 'after')).catch(() => {});
      const left = await deps.operations.get(operation.id);
      if (left !== undefined) {
        expect(await itemsOf(deps, left)).toEqual(items); // no caller sees half an operation
        continue;
      }
      const again = await accept(settings({}), request, { id: operation.id }).catch((error: unknown) => error);
      if (!(again instanceof UnavailableError)) break;
      refused++;
    }
    expect(refused).toBeGreaterThan(0);
    const again = (await deps.operations.get(operation.id)) as Operation;
    expect(await settings({}).progress.read(again)).toMatchObject({ status: 'NotStarted', finishedAt: null });
    expect(await deps.operations.getResolution(again.id, 0)).toBeUndefined();
  });
});

describe('rows that cannot be read', () => {
  it('do not keep older operations from being removed, and are counted', async () => {
    const older = await done();
    const damaged = await done();
    const table = await deps.open('operations');
    await table.updateEntity({ partitionKey: damaged.operation.id, rowKey: 'header', operation0: '{"v' }, 'Merge');
    later(91);
    expect(await purgeHistory(settings({}))).toMatchObject({ operations: 1, unreadable: 1 });
    expect(await listed()).toEqual([damaged.operation.id]);
    expect(await deps.operations.get(older.operation.id)).toBeUndefined();
  });

  it('do not keep later audit entries from being removed, and are counted', async () => {
    await deps.audit.recordEach([entryAt('2001-03-02T08:00:00.000Z'), entryAt('2001-03-03T08:00:00.000Z')]);
    const table = await deps.open('auditByTime');
    for await (const { partitionKey, rowKey } of table.listEntities()) {
      await table.updateEntity({ partitionKey: String(partitionKey), rowKey: String(rowKey), entries0: '[{' }, 'Merge');
      break;
    }
    const summary = { auditEntries: 1, unreadable: 1 };
    expect(await purgeHistory(settings({ AUDIT_RETENTION_DAYS: '30' }))).toMatchObject(summary);
    expect([await rowCount(deps, 'audit'), await rowCount(deps, 'auditByTime')]).toEqual([1, 1]);
  });
});

describe('what is said of sweeps', () => {
  it('is removed with the operations of its time', async () => {
    const first = newSweep(randomUUID(), deps.now(), undefined);
    await deps.sweeps.report(first, 'completed', deps.now());
    later(91);
    await deps.sweeps.report(newSweep(randomUUID(), deps.now(), first), 'completed', deps.now());
    expect(await purgeHistory(settings({}))).toMatchObject({ sweeps: 1 });
    const left: number[] = [];
    for await (const { report } of deps.sweeps.newestFirst()) left.push(report.sweep);
    expect(left).toEqual([2]);
  });
});

describe('audit entries', () => {
  it('are kept, however old, unless there is a setting', async () => {
    await deps.audit.recordEach([entryAt('2001-03-02T08:00:00.000Z')]);
    for (const unset of [settings({}), settings({ AUDIT_RETENTION_DAYS: '' })])
      expect(await purgeHistory(unset)).toMatchObject({ auditEntries: 0 });
    expect([await rowCount(deps, 'audit'), await rowCount(deps, 'auditByTime')]).toEqual([1, 1]);
  });

  it('of days that ended before the setting are removed from both tables, and no others', async () => {
    const today = Date.parse(new Date(deps.now()).toISOString().slice(0, 10));
    const at = (days: number, ms = 0): string => new Date(today - days * DAY_MS + ms).toISOString();
    const user = randomUUID();
    const kept = [entryAt(at(0), user), entryAt(at(30), user)];
    await deps.audit.recordEach([...kept, entryAt(at(30, -1), user), entryAt(at(400), user)]);
    await deps.audit.record(
      'chunk',
      Array.from({ length: 150 }, () => entryAt(at(31))),
    );
    expect(await purgeHistory(settings({ AUDIT_RETENTION_DAYS: '30' }))).toMatchObject({ auditEntries: 152 });
    expect(await historyOf(deps, user)).toEqual(kept);
    expect([await rowCount(deps, 'audit'), await rowCount(deps, 'auditByTime')]).toEqual([2, 2]);
  });

  it('are removed from the index too, with the names that only they have', async () => {
    const today = Date.parse(new Date(deps.now()).toISOString().slice(0, 10));
    const at = (days: number): string => new Date(today - days * DAY_MS).toISOString();
    const [stays, goes] = [randomUUID(), randomUUID()];
    const named = (days: number, userId: UUID, reference: string): AuditEntry => ({
      ...entryAt(at(days), userId),
      reference,
    });
    await deps.audit.recordEach([named(2, stays, 'ada@contoso.com'), named(40, stays, 'ada@contoso.com')]);
    await deps.audit.record('chunk', [named(50, goes, 'bea@contoso.com'), named(50, stays, 'ada@contoso.com')]);
    later(1);
    for (let run = 0; run < 2; run++) await indexAudit({ ...deps, backfillAfterMs: 0 });
    later(31);
    await purgeHistory(settings({ AUDIT_RETENTION_DAYS: '40' }));
    const left: string[] = [];
    for await (const row of (await deps.open('auditIndex')).listEntities())
      left.push(String(row.partitionKey).replace(/^names-.*/, 'names'));
    expect(left.filter((partition) => !/^(actor-|late$)/.test(partition)).sort()).toEqual([
      'event-changedOutside',
      'names',
    ]);
    expect(await deps.auditReader.findUser('ada@contoso.com')).toBe(stays);
    expect(await deps.auditReader.findUser('bea@contoso.com')).toBeUndefined();
  });

  it('of which the process ended in the middle are removed from both tables by the next run', async () => {
    await deps.audit.record(
      'chunk',
      Array.from({ length: 150 }, () => entryAt('2001-03-02T08:00:00.000Z')),
    );
    const keeping = settings({ AUDIT_RETENTION_DAYS: '30' });
    for (let lives = 0; lives < 4; lives++)
      await expect(purgeHistory(mortal(keeping, lives, 'after'))).rejects.toThrow('the process has ended');
    await purgeHistory(keeping);
    expect([await rowCount(deps, 'audit'), await rowCount(deps, 'auditByTime')]).toEqual([0, 0]);
  });
});
