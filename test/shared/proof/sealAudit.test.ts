import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditStore } from '../../../shared/audit/auditStore.ts';
import { type AuditEntry, entryKey, laneOfEntry } from '../../../shared/audit/entry.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { type Digest, readDigest } from '../../../shared/proof/digest.ts';
import { hourOf, hoursAfter } from '../../../shared/proof/hours.ts';
import { sha256 } from '../../../shared/proof/rowHash.ts';
import { GRACE_MS, sealAudit } from '../../../shared/proof/sealAudit.ts';
import { readRow } from '../../../shared/tables/rows.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { HOUR_MS, sealAll, verifyAll } from './proof.ts';

/** Half past an hour. */
const START = Date.parse('2026-05-01T20:30:00.000Z');
let parts: Parts | undefined;
let deps: Dependencies;
let now: number;
let audit: AuditStore;

beforeEach(async () => {
  await parts?.close();
  parts = await startParts({ users: 1 });
  now = START;
  deps = { ...parts.worker(), now: () => now };
  audit = new AuditStore(deps.open, () => now);
});
afterAll(() => parts?.close());

const iso = (time: number): string => new Date(time).toISOString();
/** An entry that is recorded now. @param at what it is about; now when missing */
async function record(at = now): Promise<AuditEntry> {
  const entry = auditEntry(iso(at));
  await audit.record(`${randomUUID()}_chunk`, [entry]);
  return entry;
}

async function digestOf(hour: string): Promise<Digest> {
  const read = readDigest(hour, (await deps.digests.read(hour)) ?? '');
  if (read === undefined) throw new Error(`no digest of ${hour}`);
  return read.digest;
}

describe('sealing', () => {
  it('begins with the last hour that has ended, and gives each later hour one digest, chained to the one before', async () => {
    expect(await sealAudit(deps)).toMatchObject({ hours: 1, rows: 0, sealed: '2026-05-01T19:00:00.000Z', left: 0 });
    await record();
    now += 3 * HOUR_MS;
    await record();
    const last = await sealAll(deps);
    expect(await deps.digests.hours()).toEqual([19, 20, 21, 22].map((hour) => `2026-05-01T${hour}:00:00.000Z`));
    expect(last.sealed).toBe('2026-05-01T22:00:00.000Z');
    expect((await digestOf('2026-05-01T19:00:00.000Z')).previous).toBeNull();
    for (const hour of ['2026-05-01T20:00:00.000Z', '2026-05-01T21:00:00.000Z', '2026-05-01T22:00:00.000Z']) {
      const digest = await digestOf(hour);
      const before = hoursAfter(hour, -1);
      expect(digest.previous).toEqual({ hour: before, sha256: sha256((await deps.digests.read(before)) ?? '') });
      expect(digest.rows).toHaveLength(hour === hourOf(START) ? 1 : 0);
    }
    expect(last.sha256).toBe(sha256((await deps.digests.read('2026-05-01T22:00:00.000Z')) ?? ''));
    expect(await sealAudit(deps)).toMatchObject({ hours: 0, left: 0, sha256: last.sha256 });
  });

  it('waits after the end of an hour for longer than a function lives that is storing rows', async () => {
    const { functionTimeout } = JSON.parse(readFileSync(new URL('../../../host.json', import.meta.url), 'utf8'));
    const [hours, minutes, seconds] = String(functionTimeout).split(':').map(Number);
    expect(GRACE_MS).toBeGreaterThan(1_000 * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)));
    now = Date.parse('2026-05-01T21:00:00.000Z') + GRACE_MS - 1;
    expect(await sealAudit(deps)).toMatchObject({ sealed: '2026-05-01T19:00:00.000Z' });
    now += 1;
    expect(await sealAudit(deps)).toMatchObject({ sealed: '2026-05-01T20:00:00.000Z' });
  });

  it('covers entries about any time, by the hour in which they were recorded', async () => {
    await sealAll(deps);
    const days = [0, 1, 2, 6, 30, 400];
    for (const day of days) await record(now - day * 24 * HOUR_MS);
    await audit.recordEach([auditEntry('2020-02-29T12:00:00.000Z', { operationId: null })]);
    now += 2 * HOUR_MS;
    await sealAll(deps);
    expect((await digestOf(hourOf(START))).rows).toHaveLength(days.length + 1);
    expect((await verifyAll(deps)).findings).toEqual([]);
  });

  it('catches up after a pause, in as many invocations as it takes', async () => {
    await sealAll(deps);
    for (let hour = 0; hour < 50; hour++, now += HOUR_MS) if (hour % 7 === 0) await record();
    const invocations: number[] = [];
    for (let left = 1; left > 0; ) {
      // An invocation has little time.
      let looks = 0;
      const summary = await sealAudit({ ...deps, now: () => now + (looks++ < 4 ? 0 : HOUR_MS / 10) });
      invocations.push(summary.hours);
      left = summary.left;
    }
    expect(invocations.length).toBeGreaterThan(2);
    expect(invocations.every((hours) => hours > 0)).toBe(true);
    expect(await deps.digests.hours()).toHaveLength(51);
    expect((await verifyAll(deps)).findings).toEqual([]);
  });

  it('gives the same digests when two instances seal at once, or one ends in the middle', async () => {
    await sealAll(deps);
    for (let hour = 0; hour < 6; hour++, now += HOUR_MS) await record();
    let lives = 2;
    const add: Dependencies['digests']['add'] = async (hour, text) => {
      if (lives-- === 0) throw new Error('the process has ended');
      return deps.digests.add(hour, text);
    };
    await expect(sealAudit({ ...deps, digests: { ...deps.digests, add } })).rejects.toThrow('the process has ended');
    const sealed = await Promise.all([sealAll(deps), sealAll(deps), sealAll(deps)]);
    expect(new Set(sealed.map((summary) => summary.sha256)).size).toBe(1);
    expect(await deps.digests.hours()).toHaveLength(7);
    expect((await verifyAll(deps)).findings).toEqual([]);
  });

  it('never replaces a digest', async () => {
    await sealAll(deps);
    const [hour = ''] = await deps.digests.hours();
    const text = await deps.digests.read(hour);
    expect(await deps.digests.add(hour, 'another')).toBe(false);
    expect(await deps.digests.read(hour)).toBe(text);
  });

  it('stores the copy by user of an entry whose process ended before it', async () => {
    await sealAll(deps);
    const entry = auditEntry(iso(now));
    const copyByUser: AuditStore['copyByUser'] = async () => {
      throw new Error('the process has ended');
    };
    const dying = Object.assign(new AuditStore(deps.open, () => now), { copyByUser });
    await expect(dying.recordEach([entry])).rejects.toThrow('the process has ended');
    const copy = async () => readRow(await deps.open('audit'), laneOfEntry(entry), entryKey(entry));
    expect(await copy()).toBeUndefined();
    now += 2 * HOUR_MS;
    await sealAll(deps);
    expect(await copy()).toBeDefined();
    expect((await verifyAll(deps)).findings).toEqual([]);
  });

  it('does not stop at a row that cannot be read', async () => {
    await sealAll(deps);
    const row = { partitionKey: '2026-05-01', rowKey: '998222550599999_x_000', recordedAt: iso(now), entries0: '[{' };
    await (await deps.open('auditByTime')).createEntity(row);
    now += 2 * HOUR_MS;
    await sealAll(deps);
    expect((await digestOf(hourOf(START))).rows).toMatchObject([{ rowKey: row.rowKey, entries: 0 }]);
    expect((await verifyAll(deps)).findings).toEqual([]);
  });
});
