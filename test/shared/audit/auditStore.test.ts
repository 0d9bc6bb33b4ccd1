import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../../../shared/audit/decisions.ts';
import { type AuditEntry, auditEntrySchema, laneOfEntry, subjectOf } from '../../../shared/audit/entry.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { fromSplitText } from '../../../shared/tables/splitText.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { type Parts, startParts } from '../../support/parts.ts';

const AT = '2026-03-02T09:00:00.000Z';
let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts({ users: 1 });
  deps = parts.worker();
});
afterAll(() => parts.close());

/** The entries of a day, as the table by time has them, in any order. */
async function entriesOf(day: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const rows = (await deps.open('auditByTime')).listEntities({ queryOptions: { filter: `PartitionKey eq '${day}'` } });
  for await (const row of rows) entries.push(...auditEntrySchema.array().parse(fromSplitText('entries', row)));
  return entries;
}

async function historyOf(entry: AuditEntry): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for await (const one of deps.audit.history(laneOfEntry(entry), subjectOf(entry))) found.push(one);
  return found;
}

describe('the audit record', () => {
  it('keeps what was recorded first, whatever is recorded later under the same key', async () => {
    const first = auditEntry('2026-03-03T09:00:00.000Z');
    await deps.audit.record('batch-1', [first]);
    await deps.audit.record('batch-1', [{ ...first, reason: 'another reason' }]);
    expect(await historyOf(first)).toEqual([first]);
    expect(await entriesOf('2026-03-03')).toEqual([first]);
  });

  it('says in each row by time when it was recorded, which a repeated call does not change', async () => {
    const before = Date.now();
    const entry = auditEntry('2026-03-05T09:00:00.000Z');
    await deps.audit.record('batch-3', [entry]);
    const rowOf = async () =>
      (await deps.open('auditByTime'))
        .listEntities({ queryOptions: { filter: "PartitionKey eq '2026-03-05'" } })
        .next();
    const { value } = await rowOf();
    expect(Date.parse(value.recordedAt)).toBeGreaterThanOrEqual(before);
    await deps.audit.record('batch-3', [entry]);
    expect((await rowOf()).value.recordedAt).toBe(value.recordedAt);
  });

  it('gets the entries of a batch that are missing, however they are repeated', async () => {
    const entries = Array.from({ length: 5 }, () => auditEntry(AT));
    for (const part of [[0, 1], [0], [1, 2, 3], [0, 1, 2, 3, 4], [4]])
      await deps.audit.record(
        'batch-2',
        part.map((index) => entries[index] as AuditEntry),
      );
    const stored = await entriesOf('2026-03-02');
    expect(new Set(stored.map(({ requestId }) => requestId)).size).toBe(5);
    expect(stored).toHaveLength(5);
    for (const entry of entries) expect(await historyOf(entry)).toEqual([entry]);
  });

  it('keeps each of several refusals of one request in the same moment', async () => {
    const actor = { kind: 'user', id: randomUUID() } as const;
    const asked = { action: 'change', actor, operationId: randomUUID() } as const;
    const at = '2026-03-04T09:00:00.000Z';
    const error = { code: 'MissingRole', message: 'no' };
    for (let time = 0; time < 3; time++) await deps.recordDecision(refusal(asked, error, at));
    expect(await entriesOf('2026-03-04')).toHaveLength(3);
  });
});
