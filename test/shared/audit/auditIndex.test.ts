import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditFilter, matches } from '../../../shared/audit/auditFilter.ts';
import { AuditReader } from '../../../shared/audit/auditReader.ts';
import { type AuditEntry, auditEvents } from '../../../shared/audit/entry.ts';
import { indexAudit, SETTLE_MS } from '../../../shared/audit/indexAudit.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { mortal } from '../../support/mortal.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { storedRows } from '../../support/storedRows.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 1 });
});
afterAll(() => parts.close());

/** A record of its own. */
function emptyRecord(): Dependencies {
  return parts.worker({}, { TABLES_PREFIX: `t${randomBytes(8).toString('hex')}` });
}

const iso = (time: number): string => new Date(time).toISOString();
const everything = (deps: Dependencies): AuditFilter => ({ from: 0, to: deps.now() });

/** All pages of a question. @param between is done before each page but the first */
async function ask(
  deps: Dependencies,
  filter: AuditFilter,
  { limit = 100, between }: { limit?: number; between?: (page: number) => Promise<unknown> } = {},
): Promise<{ readonly ids: string[]; readonly times: string[]; readonly pages: number }> {
  const entries: AuditEntry[] = [];
  let position: readonly string[] | undefined;
  for (let pages = 1; ; pages++) {
    const page = await deps.auditReader.byTime(filter, position, limit);
    entries.push(...page.entries);
    position = page.next;
    if (position === undefined)
      return { ids: entries.map(({ requestId }) => String(requestId)), times: entries.map(({ at }) => at), pages };
    expect(page.searchedUntil).toBeTypeOf('number');
    await between?.(pages);
  }
}

const idsOf = (entries: readonly AuditEntry[], filter: AuditFilter): string[] =>
  entries
    .filter((entry) => matches(entry, filter))
    .map(({ requestId }) => String(requestId))
    .sort();

async function settle(deps: Dependencies): Promise<void> {
  parts.clock.advance(SETTLE_MS + MINUTE_MS);
  await indexAudit({ ...deps, backfillAfterMs: 0 });
}

describe('the index of the audit record', () => {
  it('gives the same answers as the record, whatever is recorded late and whenever the indexer runs or ends', async () => {
    const actors = [randomUUID(), randomUUID(), 'HR onboarding'];
    const operations = [randomUUID(), randomUUID()];
    const one = fc.record({
      event: fc.constantFrom(...auditEvents.slice(0, 10)),
      actor: fc.nat({ max: 2 }),
      operation: fc.nat({ max: 2 }),
      from: fc.constantFrom('disabled', 'enabled', 'enforced', undefined),
      to: fc.constantFrom('disabled', 'enabled', 'enforced'),
      overrides: fc.boolean(),
    } as const);
    const batch = fc.record({
      kind: fc.constant('record' as const),
      minutesAgo: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 4_000 })),
      members: fc.array(one, { minLength: 1, maxLength: 8 }),
    });
    const run = fc.record({ kind: fc.constant('index' as const), lives: fc.option(fc.nat({ max: 12 })) });
    const pass = fc.record({ kind: fc.constant('pass' as const), minutes: fc.nat({ max: 50 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(batch, run, pass), { maxLength: 10 }),
        fc.infiniteStream(fc.nat({ max: 8 })),
        async (steps, chosen) => {
          const deps = emptyRecord();
          const recorded: AuditEntry[] = [];
          for (const step of steps) {
            if (step.kind === 'pass') parts.clock.advance(step.minutes * MINUTE_MS);
            else if (step.kind === 'index') {
              const dying = step.lives === null ? deps : mortal(deps, step.lives, 'after');
              await indexAudit({ ...dying, backfillAfterMs: 0 }).catch(() => {});
            } else {
              const at = iso(deps.now() - step.minutesAgo * MINUTE_MS);
              const entries = step.members.map(({ from, actor, operation, overrides, ...rest }) =>
                auditEntry(at, {
                  ...rest,
                  ...(from === undefined ? {} : { from }),
                  actor: { kind: 'user', id: String(actors[actor]) },
                  operationId: operations[operation] ?? null,
                  ...(overrides ? { overrides: ['weaken'] } : {}),
                }),
              );
              await deps.audit.record(randomUUID(), entries);
              recorded.push(...entries);
            }
          }
          const all = everything(deps);
          const questions: AuditFilter[] = [
            { ...all, operationId: String(operations[0]) },
            { ...all, actor: 'hr ONBOARDING' },
            { ...all, event: 'stateChanged' },
            { ...all, direction: 'lowered' },
            { ...all, direction: 'raised' },
            { ...all, overrides: true },
            { ...all, actor: String(actors[0]), event: 'stateChangeRefused' },
            { ...all, from: all.from, to: deps.now() - 60 * MINUTE_MS, event: 'changedOutside' },
            all,
          ];
          for (const filter of [...chosen.take(3)].map((index) => questions[index] ?? all)) {
            const between = (page: number): Promise<unknown> => (page === 1 ? settle(deps) : Promise.resolve());
            const answer = await ask(deps, filter, { limit: 7, between });
            expect([...answer.ids].sort()).toEqual(idsOf(recorded, filter));
            expect(answer.times).toEqual([...answer.times].sort().reverse());
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is not asked for what it does not have yet: entries from before it was begun are found meanwhile', async () => {
    const deps = emptyRecord();
    const actor = { kind: 'user' as const, id: randomUUID() };
    const old = [1, 3, 8, 20].map((days) => auditEntry(iso(deps.now() - days * DAY_MS), { actor }));
    for (const entry of old) await deps.audit.record(randomUUID(), [entry]);
    const filter = { ...everything(deps), from: deps.now() - 25 * DAY_MS, actor: actor.id };
    // Instances of the version before may be at work for some time, so nothing is added at first.
    expect(await indexAudit(deps)).toMatchObject({ complete: false });
    expect((await ask(deps, filter)).ids.sort()).toEqual(idsOf(old, filter));
    parts.clock.advance(31 * MINUTE_MS);
    expect(await indexAudit(deps)).toMatchObject({ complete: true, unreadable: 0 });
    expect((await ask(deps, filter)).ids.sort()).toEqual(idsOf(old, filter));
    expect(await deps.auditReader.isIndexed()).toBe(true);
  });

  it('adds rows without a time of recording, as versions before 2 wrote them', async () => {
    const deps = emptyRecord();
    const entry = auditEntry(iso(deps.now() - DAY_MS));
    await deps.audit.record('batch', [entry]);
    const table = await deps.open('auditByTime');
    for await (const row of table.listEntities()) {
      const { recordedAt: _, etag: __, timestamp: ___, ...old } = row;
      await table.updateEntity(
        { ...old, partitionKey: String(row.partitionKey), rowKey: String(row.rowKey) },
        'Replace',
      );
    }
    await settle(deps);
    expect((await ask(deps, { ...everything(deps), event: 'stateChanged' })).ids).toEqual([entry.requestId]);
  });

  it('answers a question about one of many entries with few requests, wherever it lies', async () => {
    const deps = emptyRecord();
    const actor = { kind: 'user' as const, id: randomUUID() };
    const rare = auditEntry(iso(deps.now() - 300 * DAY_MS), { actor, event: 'stateRestored' });
    await deps.audit.record(randomUUID(), [rare]);
    for (let week = 0; week < 40; week++) {
      const shared = { operationId: randomUUID(), actor: { kind: 'user' as const, id: randomUUID() } };
      const at = iso(deps.now() - week * 7 * DAY_MS);
      await deps.audit.record(
        randomUUID(),
        Array.from({ length: 100 }, () => auditEntry(at, { ...shared, reference: randomUUID() })),
      );
    }
    await settle(deps);
    const { open, bodies } = storedRows(deps.open);
    const reader = new AuditReader(open, deps.now);
    for (const part of [
      { actor: actor.id },
      { event: 'stateRestored' as const },
      { operationId: String(rare.operationId) },
    ]) {
      const before = bodies.length;
      const page = await reader.byTime({ ...everything(deps), ...part }, undefined, 100);
      expect(page).toMatchObject({ entries: [rare], next: undefined });
      expect(bodies.length - before).toBeLessThanOrEqual(10);
    }
  });
});

describe('the user of a name', () => {
  it('is found in entries, in the index or not there yet, and is the last that had the name', async () => {
    const deps = emptyRecord();
    const name = 'Grace@contoso.com';
    const [first, second] = [randomUUID(), randomUUID()];
    const at = (days: number): string => iso(deps.now() - days * DAY_MS);
    expect(await deps.auditReader.findUser(name)).toBeUndefined();
    await deps.audit.record(randomUUID(), [auditEntry(at(9), { userId: first, reference: name })]);
    await settle(deps);
    await settle(deps);
    expect(await deps.auditReader.findUser(name.toUpperCase())).toBe(first);
    // By object id, with the name beside it.
    const named = { userId: second, reference: second, userPrincipalName: name };
    await deps.audit.record(randomUUID(), [auditEntry(at(3), named)]);
    expect(await deps.auditReader.findUser(name)).toBe(second);
    await settle(deps);
    expect(await deps.auditReader.findUser(name)).toBe(second);
    await deps.audit.record(randomUUID(), [auditEntry(at(1), { userId: first, reference: first })]);
    expect(await deps.auditReader.findUser(name)).toBe(first);
    expect(await deps.auditReader.findUser('grace@contoso.co')).toBeUndefined();
  });
});
