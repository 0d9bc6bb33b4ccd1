import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import { readSettings } from '../../../shared/config.ts';
import { buildDependencies } from '../../../shared/host/dependencies.ts';
import { reportingUnresolved } from '../../../shared/host/reportUnresolved.ts';
import { healthView } from '../../../shared/http/healthView.ts';
import type { ProtectedUsersAnswer } from '../../../shared/tenant/protectedUsers.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { waitUntil } from '../../support/waitUntil.ts';

const DAY_MS = 24 * 60 * 60_000;
const WRONG = 'breakglas@contoso.com';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 50 });
});
afterAll(() => parts.close());

it('an entry of PROTECTED_USERS that is no account is recorded once an hour, by all processes together', async () => {
  const settings = readSettings({ ...parts.environment, PROTECTED_USERS: WRONG });
  const processes = [1, 2].map(() => buildDependencies(settings, parts.clock.now));
  const recorded = async (): Promise<readonly AuditEntry[]> => {
    const filter = { from: Date.now() - DAY_MS, to: parts.clock.now(), event: 'protectionUnresolved' } as const;
    return (await parts.worker().auditReader.byTime(filter, undefined, 100)).entries;
  };
  for (let times = 0; times < 3; times++) {
    for (const { protectedUsers } of processes) await protectedUsers();
    parts.clock.advance(61_000); // past the cache
  }
  const first = await recorded();
  expect(first.length).toBeGreaterThanOrEqual(1);
  expect(first.length).toBeLessThanOrEqual(2); // an hour may have ended meanwhile
  expect(first[0]).toMatchObject({ users: 1, code: 'protectedUserUnknown', actor: { kind: 'service' } });
  expect(JSON.stringify(first)).not.toContain(WRONG);
  parts.clock.advance(60 * 60_000);
  for (const { protectedUsers } of processes) await protectedUsers();
  expect(await recorded()).toHaveLength(first.length + 1);
});

it('nothing is recorded when all entries are accounts, or none is known', async () => {
  const answers: ProtectedUsersAnswer[] = [
    { reasons: new Map(), unresolved: [] },
    { unreadable: { code: 'x', message: 'x' } },
    undefined,
  ];
  const recordDecision = async (): Promise<void> => {
    throw new Error('There is nothing to record.');
  };
  for (const answer of answers)
    expect(await reportingUnresolved(async () => answer, { recordDecision, now: Date.now })()).toBe(answer);
});

it('the health of the service has their number and no names, without a request to Graph for each call', async () => {
  const settings = readSettings({ ...parts.environment, PROTECTED_USERS: WRONG });
  const { lastProtectedUsers } = buildDependencies(settings, parts.clock.now);
  expect(healthView(lastProtectedUsers())).toMatchObject({ unresolvedProtectedUsers: null });
  await waitUntil(() => lastProtectedUsers() !== undefined, 'the accounts are known');
  const before = parts.graph.counters.httpRequests;
  for (let times = 0; times < 100; times++)
    expect(healthView(lastProtectedUsers())).toMatchObject({ status: 'ok', unresolvedProtectedUsers: 1 });
  expect(JSON.stringify(healthView(lastProtectedUsers()))).not.toContain(WRONG);
  expect(parts.graph.counters.httpRequests).toBe(before);
});
