import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditStore } from '../../../shared/audit/auditStore.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { hourOf } from '../../../shared/proof/hours.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { tablesConnection } from '../../support/sharedAzurite.ts';
import { HOUR_MS, sealAll, verifyAll } from './proof.ts';
import { Rewriter, type TableName, type Tampering, type Unit } from './tampering.ts';

/** Rewritings of the record, some at once: each must be named. */
const ROUNDS = 50;
const ROWS_AT_ONCE = 18;
const DIGESTS_AT_ONCE = 2;
/** The first hours have digests that are tampered with; the rows of the others are. */
const HOURS_WITH_DIGESTS = 8;
const HOURS = 16;

let parts: Parts;
let deps: Dependencies;
let rewriter: Rewriter;
let hours: readonly string[];

beforeAll(async () => {
  parts = await startParts({ users: 1 });
  deps = parts.worker();
  const start = Date.parse(hourOf(deps.now())) - (HOURS + 2) * HOUR_MS;
  let now = start;
  const audit = new AuditStore(deps.open, () => now);
  for (let hour = 0; hour < HOURS; hour++, now += HOUR_MS) {
    await sealAll({ ...deps, now: () => now });
    for (let row = 0; row < 5; row++) {
      // Some entries are about a time days before.
      const at = new Date(now + row - (row % 2) * hour * 11 * HOUR_MS).toISOString();
      if (row < 3) await audit.record(`${randomUUID()}_chunk`, [auditEntry(at), auditEntry(at)]);
      else await audit.recordEach([auditEntry(at, { operationId: null, event: 'changedOutside' })]);
    }
  }
  await sealAll(deps);
  hours = (await deps.digests.hours()).slice(0, HOURS_WITH_DIGESTS);
  const digests = BlobServiceClient.fromConnectionString(tablesConnection()).getContainerClient(
    `${String(parts.environment.TABLES_PREFIX)}auditdigests`,
  );
  const tables = { audit: await deps.open('audit'), auditByTime: await deps.open('auditByTime') };
  const first = new Date(start + HOURS_WITH_DIGESTS * HOUR_MS).toISOString();
  rewriter = await Rewriter.of(tables, digests, (recordedAt) => recordedAt >= first);
});
afterAll(() => parts.close());

const table = fc.constantFrom<TableName[]>('audit', 'auditByTime');
const number = fc.nat(100);
/** How two rows that nothing else is done to are rewritten. */
const rewriting: fc.Arbitrary<(unit: Unit, other: Unit) => Tampering> = fc.oneof(
  fc.tuple(table, number).map(
    ([where, how]) =>
      (unit: Unit) =>
        rewriter.change(where, unit, how),
  ),
  table.map((where) => (unit: Unit) => rewriter.remove(where, unit)),
  fc.tuple(fc.constantFrom<('both' | TableName)[]>('both', 'audit', 'auditByTime'), number).map(
    ([where, hoursBefore]) =>
      (unit: Unit) =>
        rewriter.add(where, unit, hoursBefore),
  ),
  table.map((where) => (unit: Unit, other: Unit) => rewriter.swap(where, unit, other)),
);
const rewritings = fc.tuple(
  fc.array(rewriting, { minLength: ROWS_AT_ONCE, maxLength: ROWS_AT_ONCE }),
  fc.array(number, { minLength: DIGESTS_AT_ONCE, maxLength: DIGESTS_AT_ONCE }),
  fc.nat(),
);

it('finds nothing in a record as it was recorded', async () => {
  const { findings, counts } = await verifyAll(deps);
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ rows: HOURS * 5, copies: HOURS * 8, notSealed: 0, beforeProof: 0, purged: 0 });
  expect(rewriter.units.length).toBeGreaterThan(2 * ROWS_AT_ONCE);
});

it(
  `names each of ${ROUNDS * (ROWS_AT_ONCE + DIGESTS_AT_ONCE)} random ways to rewrite the record, and nothing when it is restored`,
  async () => {
    await fc.assert(
      fc.asyncProperty(rewritings, async ([ofRows, ofDigests, start]) => {
        const unit = (index: number) => rewriter.units[(start + index) % rewriter.units.length] as Unit;
        const tamperings = [
          ...ofRows.map((draw, index) => draw(unit(2 * index), unit(2 * index + 1))),
          ...ofDigests.map((how, index) => rewriter.digest(hours[1 + ((start + 3 * index) % 6)] as string, how)),
        ];
        await Promise.all(tamperings.map(({ make }) => make()));
        try {
          const { findings } = await verifyAll(deps);
          for (const { name, isNamed } of tamperings) expect(findings.some(isNamed), name).toBe(true);
        } finally {
          await Promise.all(tamperings.map(({ restore }) => restore()));
        }
      }),
      { numRuns: ROUNDS, endOnFailure: true },
    );
    expect((await verifyAll(deps)).findings).toEqual([]);
  },
  10 * 60_000,
);
