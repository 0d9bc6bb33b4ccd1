import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, isTerminal, type Operation } from '../../shared/domain/operation.ts';
import type { ErrorBody, OperationBody } from '../support/api.ts';
import { startApp } from '../support/app.ts';
import { accept } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 600 });
});
afterAll(() => parts.close());

const callers = (['a', 'b'] as const).map(
  (digit): Actor => ({ kind: 'application', id: `${digit.repeat(8)}-2222-4333-8444-555555555555` }),
);

describe('a caller that sends much at once', () => {
  const DRY_RUNS = 30;

  it('does not keep a small change of another caller waiting', async () => {
    const deps = parts.worker();
    const users = parts.people.take(100).map(({ id }) => id);
    const [busy, quiet] = callers as [Actor, Actor];
    const dryRuns: Operation[] = [];
    for (let count = 0; count < DRY_RUNS; count++)
      dryRuns.push(await accept(deps, { users, dryRun: true }, { actor: busy }));
    const large = parts.people.take(150).map(({ id }) => id);
    const list = await accept(deps, { users: large }, { actor: busy });
    const change = await accept(deps, { users: [parts.people.one().id] }, { actor: quiet });

    // Everything is queued before the first message is taken, so the order does not depend on the machine.
    const app = await startApp(parts);
    try {
      const isOver = async (operation: Operation) => isTerminal((await deps.progress.read(operation)).status);
      await waitUntil(() => isOver(change), 'the small change is done');
      const over = await Promise.all([...dryRuns, list].map(isOver));
      // Two of the dry runs are express, and others may have begun.
      expect(over.filter(Boolean).length).toBeLessThan(DRY_RUNS / 2);
      for (const operation of [...dryRuns, list]) await waitUntil(() => isOver(operation), 'the others are done');
    } finally {
      await app.child.stop();
    }
  });
});

describe('a caller with too many unfinished operations', () => {
  it('is answered with 429 and when to try again, and may repeat what was accepted', async () => {
    const app = await startApp(parts, {
      MAX_OPEN_OPERATIONS_PER_CALLER: '2',
      'AzureWebJobs.planExpressStateChange.Disabled': 'true',
    });
    try {
      const change = { state: 'enabled', users: [parts.people.one().id], reason: 'a test' };
      const id = randomUUID();
      await app.request(change, { 'Operation-Id': id });
      await app.request(change);
      const refused = await app.call<ErrorBody>('POST', 'state-changes', change);
      expect(refused.status).toBe(429);
      expect(refused.body.error.code).toBe('TooManyOperations');
      expect(refused.headers.get('x-ms-error-code')).toBe('TooManyOperations');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      const again = await app.call<OperationBody>('POST', 'state-changes', change, { 'Operation-Id': id });
      expect([again.status, again.body.id]).toEqual([202, id]);
    } finally {
      await app.child.stop();
    }
  });
});
