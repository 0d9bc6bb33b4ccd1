import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditStore } from '../../../shared/audit/auditStore.ts';
import { type AuditEntry, entryKey, laneOfEntry } from '../../../shared/audit/entry.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { purgeHistory } from '../../../shared/maintenance/purgeHistory.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { mortal } from '../../support/mortal.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { HOUR_MS, rowsOf, sealAll, verifyAll } from './proof.ts';

const DAY_MS = 24 * HOUR_MS;
let parts: Parts | undefined;
let deps: Dependencies;
let now: number;
let audit: AuditStore;

beforeEach(async () => {
  await parts?.close();
  parts = await startParts({ users: 1 });
  now = Date.parse('2026-05-01T08:30:00.000Z');
  deps = { ...parts.worker({}, { AUDIT_RETENTION_DAYS: '2' }), now: () => now };
  audit = new AuditStore(deps.open, () => now);
  deps = { ...deps, audit };
});
afterAll(() => parts?.close());

const iso = (time: number): string => new Date(time).toISOString();
async function record(at = now): Promise<AuditEntry[]> {
  const entries = [auditEntry(iso(at)), auditEntry(iso(at)), auditEntry(iso(at + 1))];
  await audit.record(`${randomUUID()}_chunk`, entries);
  return entries;
}
/** Entries in each of some days, all sealed. */
async function recordDays(days: number): Promise<void> {
  await sealAll(deps);
  for (let day = 0; day < days; day++, now += DAY_MS) {
    await record();
    await record(now - 40 * DAY_MS);
  }
  await sealAll(deps);
}

describe('a verification finds nothing', () => {
  it('in a record without digests, of which nothing is proved', async () => {
    await record();
    expect(await verifyAll(deps)).toMatchObject({ findings: [], counts: { digests: 0, rows: 0, notSealed: 2 } });
  });

  it('in entries that are older than the first digest or younger than the last, which it counts', async () => {
    await record();
    now += 2 * HOUR_MS;
    await sealAll(deps);
    await record();
    now += 2 * HOUR_MS;
    await sealAll(deps);
    await record();
    const counts = { rows: 2, copies: 3, notSealed: 2, beforeProof: 2 };
    expect(await verifyAll(deps)).toMatchObject({ findings: [], counts });
  });

  it('in rows of an earlier version, which do not say when they were recorded', async () => {
    const [entry] = await record();
    const table = await deps.open('auditByTime');
    const [row] = await rowsOf(table);
    const { recordedAt: _, ...without } = row ?? { rowKey: '', etag: '' };
    await table.upsertEntity({ ...without, partitionKey: String(entry?.at.slice(0, 10)) }, 'Replace');
    now += 2 * HOUR_MS;
    await sealAll(deps);
    expect(await verifyAll(deps)).toMatchObject({ findings: [], counts: { beforeProof: 2 } });
  });

  it('in entries that are recorded again, alone or with others, before and after they are sealed', async () => {
    await sealAll(deps);
    const entries = [auditEntry(iso(now)), auditEntry(iso(now)), auditEntry(iso(now))];
    for (const part of [entries.slice(0, 1), entries, entries.slice(1)]) {
      await audit.record('one_batch', part);
      now += HOUR_MS;
      await sealAll(deps);
    }
    // Another batch with an entry of the first, which says something else.
    await audit.record('other_batch', [{ ...(entries[0] as AuditEntry), reason: 'other words' }]);
    await audit.recordEach(entries);
    now += 2 * HOUR_MS;
    await sealAll(deps);
    expect(await verifyAll(deps)).toMatchObject({ findings: [] });
  });

  it('in a record whose oldest days the retention has removed, also when it was interrupted anywhere', async () => {
    await recordDays(3);
    for (let lives = 0; ; lives += 2) {
      const ended = await purgeHistory(mortal(deps, lives, 'after')).then(
        () => false,
        () => true,
      );
      const { findings } = await verifyAll(deps);
      expect(findings, `after ${lives} writes`).toEqual([]);
      if (!ended) break;
    }
    now += 2 * HOUR_MS;
    await sealAll(deps);
    const { findings, counts } = await verifyAll(deps);
    expect(findings).toEqual([]);
    expect(counts.purged).toBeGreaterThan(0);
    const [entry] = (await rowsOf(await deps.open('audit'))).filter(({ rowKey }) => rowKey.endsWith('_auditPurged'));
    expect(JSON.parse(String(entry?.entry0))).toMatchObject({
      reason: 'AUDIT_RETENTION_DAYS is 2.',
      purgedThrough: '2026-05-01',
    });
  });

  it('in pages, whatever a page may read', async () => {
    await recordDays(1);
    const whole = await verifyAll(deps);
    for (const maxReads of [2, 30]) {
      const paged = await verifyAll({ ...deps, maxReads });
      expect(paged.pages).toBeGreaterThan(5);
      expect({ ...paged, pages: 0 }).toEqual({ ...whole, pages: 0 });
    }
  });
});

describe('a verification names', () => {
  it('a row that was removed beside the days that the retention has removed', async () => {
    await recordDays(5);
    await purgeHistory(deps);
    now += 2 * HOUR_MS;
    await sealAll(deps);
    const table = await deps.open('auditByTime');
    const [row] = (await rowsOf(table)).filter(({ partitionKey }) => partitionKey === '2026-05-04');
    await table.deleteEntity('2026-05-04', String(row?.rowKey));
    expect((await verifyAll(deps)).findings).toContainEqual(
      expect.objectContaining({ kind: 'removed', table: 'auditByTime', rowKey: row?.rowKey }),
    );
  });

  it('rows that were removed behind an entry of the retention that no digest has', async () => {
    await recordDays(5);
    const table = await deps.open('auditByTime');
    const forged = auditEntry(iso(now - 3 * HOUR_MS), {
      event: 'auditPurged',
      userId: null,
      reference: '',
      operationId: null,
      id: 'auditPurge',
      purgedThrough: '2026-05-03',
    });
    const past = new AuditStore(deps.open, () => now - 3 * HOUR_MS);
    await past.recordEach([forged]);
    const removed = (await rowsOf(table)).filter(({ partitionKey }) => partitionKey === '2026-05-02');
    for (const { rowKey } of removed) await table.deleteEntity('2026-05-02', rowKey);
    const { findings } = await verifyAll(deps);
    for (const { rowKey } of removed)
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'removed', table: 'auditByTime', rowKey }));
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'added', table: 'auditByTime' }));
  });

  it('a row that says that it was recorded before the proof began, and is about a later time', async () => {
    await recordDays(1);
    await new AuditStore(deps.open, () => now - 300 * DAY_MS).record('forged', [auditEntry(iso(now - HOUR_MS))]);
    expect((await verifyAll(deps)).findings).toMatchObject([{ kind: 'added', table: 'auditByTime' }]);
  });

  it('a row that says that it was recorded in the future', async () => {
    await recordDays(1);
    await new AuditStore(deps.open, () => now + DAY_MS).record('forged', [auditEntry(iso(now - HOUR_MS))]);
    expect((await verifyAll(deps)).findings).toMatchObject([{ kind: 'added', table: 'auditByTime' }]);
  });

  it('an entry in the history of a user that has no original', async () => {
    await recordDays(1);
    const entry = auditEntry(iso(now - HOUR_MS));
    await audit.copyByUser([entry]);
    expect((await verifyAll(deps)).findings).toMatchObject([
      { kind: 'added', table: 'audit', partitionKey: laneOfEntry(entry), rowKey: entryKey(entry) },
    ]);
  });

  it('hours that ended long ago and are not sealed', async () => {
    await recordDays(1);
    now += 3 * HOUR_MS;
    expect((await verifyAll(deps)).findings).toEqual([]);
    now += 2 * HOUR_MS;
    expect((await verifyAll(deps)).findings).toMatchObject([{ kind: 'sealingLate' }]);
  });
});
