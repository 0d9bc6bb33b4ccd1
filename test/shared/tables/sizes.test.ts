import { randomUUID } from 'node:crypto';
import type { TransactionAction } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditStore } from '../../../shared/audit/auditStore.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import type { ReferencePage } from '../../../shared/domain/referencePage.ts';
import { DeliveryStore } from '../../../shared/notifications/deliveryStore.ts';
import { CHUNK_MAX_USERS } from '../../../shared/operations/chunk.ts';
import { OperationStore } from '../../../shared/operations/operationStore.ts';
import { keepOrphanedMessage } from '../../../shared/queues/keepOrphanedMessage.ts';
import { StagedPages } from '../../../shared/registration/staged/stagedPages.ts';
import { putStagedPromotions, readStagedPromotions } from '../../../shared/registration/staged/stagedPromotions.ts';
import { newSweep } from '../../../shared/registration/sweep.ts';
import { PAGE_SIZE } from '../../../shared/stateChange/pages.ts';
import { readRange } from '../../../shared/tables/rows.ts';
import { changeBytes, MAX_ROW_BYTES, MAX_TRANSACTION_BYTES, rowBytes } from '../../../shared/tables/sizes.ts';
import { fromSplitText, toSplitText } from '../../../shared/tables/splitText.ts';
import { submitInOrder } from '../../../shared/tables/transaction.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { NOW, sampleOperation } from '../../support/samples.ts';
import { type StoredRows, storedRows } from '../../support/storedRows.ts';

let parts: Parts;
/**
 * Azurite refuses properties above 64 KiB and transactions above 4 MiB as Azure does. It measures a row in UTF-8, and Azure
 * in UTF-16, which is up to twice as much: so the size of rows is computed here.
 */
let tables: StoredRows;

beforeAll(async () => {
  parts = await startParts({ users: 1 });
});
afterAll(() => parts.close());
beforeEach(() => {
  tables = storedRows(parts.worker().open);
});

/** Characters that take one to four bytes in UTF-8, or up to six characters in JSON. */
const units = ['x', '"', '漢', '💥', '\ud83d'];
const fill = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/**
 * A value without the characters that Azurite garbles: it decodes the body of a single change in pieces, which splits
 * characters of several bytes.
 */
const readable = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/[漢💥\ufffd]/gu, ''));

function expectFitting(): void {
  for (const row of tables.rows) expect(rowBytes(row)).toBeLessThanOrEqual(MAX_ROW_BYTES);
  for (const bytes of tables.bodies) expect(bytes).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
}

describe('changes of one partition', () => {
  it('are stored in transactions that the storage takes, whatever their texts are made of', async () => {
    const table = await tables.open('operations');
    const text = fc.record({
      unit: fc.constantFrom('x', '"', 'ä', '漢', '💥'),
      length: fc.integer({ min: 0, max: 200_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 25, size: 'max' }), async (texts) => {
        const partitionKey = randomUUID();
        const values = texts.map(({ unit, length }) => fill(unit, length));
        const changes = values.map((value, number): TransactionAction => {
          const rowKey = String(number).padStart(3, '0');
          return ['create', { partitionKey, rowKey, ...toSplitText('text', value) }];
        });
        const before = tables.bodies.length;
        await submitInOrder(table, changes);
        const sent = tables.bodies.slice(before).reduce((sum, bytes) => sum + bytes, 0);
        expect(sent).toBeLessThanOrEqual(changes.reduce((sum, change) => sum + changeBytes(change), 4_096));
        const stored: unknown[] = [];
        for await (const row of readRange(table, partitionKey, { from: '', to: '~' }))
          stored.push(fromSplitText('text', row));
        expect(stored).toEqual(values);
      }),
      { numRuns: 4 },
    );
    expectFitting();
  });

  it('are measured at least as large as they are sent, also in their smallest form', async () => {
    const table = await tables.open('operations');
    const partitionKey = randomUUID();
    const changes = Array.from({ length: 100 }, (_, number): TransactionAction => {
      const row = { partitionKey, rowKey: `${'a'.repeat(400)}${number}`, count: number, over: true };
      return ['upsert', row, 'Replace'];
    });
    await submitInOrder(table, changes);
    const sent = tables.bodies.reduce((sum, bytes) => sum + bytes, 0);
    expect(sent).toBeGreaterThan(20_000);
    expect(sent).toBeLessThanOrEqual(changes.reduce((sum, change) => sum + changeBytes(change), 4_096));
  });
});

describe.each(units)('texts made of %j', (unit) => {
  const at = new Date(NOW).toISOString();
  const outcome = (): Outcome => ({
    outcome: 'failed',
    at,
    from: 'disabled',
    code: fill(unit, 2_000),
    message: fill(unit, 4_000),
    requestId: fill(unit, 2_000),
    overrides: ['conditionalAccess', 'legacyAuthInterruption', 'securityDefaults', 'weaken'],
  });
  const reference = (number: number): string => `${number}${fill(unit, 316)}`;
  const operations = (): OperationStore => new OperationStore(tables.open, () => NOW);

  it('fit into the rows of an operation: its pages, decisions and chunks', async () => {
    const store = operations();
    const id = randomUUID();
    const page: ReferencePage = {
      references: Array.from({ length: PAGE_SIZE }, (_, number) => reference(number)),
      repeated: Array.from({ length: PAGE_SIZE }, (_, number) => number),
      nextLink: null,
    };
    // A user principal name has none of the other characters.
    const isName = /^\p{L}+$/u.test(unit);
    const pages = isName ? [page, page, page, page, page] : [{ ...page, references: ['a@contoso.com'] }];
    expect(await store.create(sampleOperation({ id, pageCount: pages.length }), pages)).toBe(true);
    expect(await store.getReferences(id, pages.length - 1)).toEqual(pages.at(-1));

    const references = page.references.map(() => ({ id: randomUUID(), outcome: outcome() }));
    const kept = await store.keepResolution(id, 0, { references, notes: ['a note'], overrides: [] });
    expect(kept.references.map((one) => one.outcome?.outcome)).toEqual(page.references.map(() => 'failed'));
    expect(readable(await store.getResolution(id, 0))).toEqual(readable(kept));

    const users = Array.from({ length: CHUNK_MAX_USERS }, (_, number) => ({
      id: randomUUID(),
      reference: isName ? reference(number) : 'a@contoso.com',
    }));
    const key = 'chunk-00000-00-000';
    await store.keepChunks(id, [{ key, lane: '00', users, notes: [], overrides: [] }]);
    let chunk = await store.getChunk(id, key);
    for (const half of [users.slice(0, 40), users])
      chunk = chunk && (await store.putOutcomes(id, chunk, new Map(half.map((user) => [user.id, outcome()]))));
    expect(chunk?.users.every((user) => user.outcome?.outcome === 'failed')).toBe(true);
    expect(readable((await store.getChunk(id, key))?.users)).toEqual(readable(chunk?.users));
    expectFitting();
  });

  it('fit into the audit record: all entries of a chunk, once each', async () => {
    const audit = new AuditStore(tables.open, Date.now);
    const day = `2031-01-${String(units.indexOf(unit) + 1).padStart(2, '0')}`;
    const entries = Array.from(
      { length: 100 },
      (): AuditEntry => ({
        ...auditEntry(`${day}T08:00:00.000Z`, { userId: randomUUID(), event: 'stateChangeFailed' }),
        reference: fill(unit, 320),
        reason: fill(unit, 500),
        actor: { kind: 'user', id: randomUUID(), name: fill(unit, 4_000) },
        code: fill(unit, 1_000),
        message: fill(unit, 1_000),
      }),
    );
    for (let turn = 0; turn < 2; turn++) await audit.record('batch', entries);
    const stored: unknown[] = [];
    for await (const row of readRange(await tables.open('auditByTime'), day, { from: '', to: '~' }))
      stored.push(...(fromSplitText('entries', row) as unknown[]));
    expect(readable(stored)).toEqual(readable(entries));
    expectFitting();
  });

  it('fit into the result of a user mail and into an orphaned message', async () => {
    const deliveries = new DeliveryStore(tables.open);
    const key = { group: randomUUID(), key: randomUUID() };
    const texts = { code: fill(unit, 40_000), message: fill(unit, 40_000), requestId: fill(unit, 40_000) };
    await deliveries.create(key, { status: 'failed', at: NOW, attempts: 1, ...texts });
    expect(await deliveries.read(key)).toMatchObject({ status: 'failed' });
    const orphan = { queue: 'plans', messageId: randomUUID(), reason: fill(unit, 40_000), at: new Date(NOW) };
    await keepOrphanedMessage(tables.open, { ...orphan, body: fill(unit, 40_000) });
    expectFitting();
  });
});

it('the users of a lane to promote fit, however many there are', async () => {
  const staged = new StagedPages(tables.open);
  const sweep = newSweep(randomUUID(), NOW, undefined);
  const ids = Array.from({ length: 25_000 }, () => randomUUID());
  await putStagedPromotions(staged, sweep, '03', ids);
  const read: string[] = [];
  for await (const part of readStagedPromotions(staged, sweep, '03')) read.push(...part);
  expect(read).toEqual(ids);
  expectFitting();
});
