import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, isExpress, type Operation } from '../../../shared/domain/operation.ts';
import type { GraphRequest } from '../../../shared/graph/graph.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { retryOperation } from '../../../shared/stateChange/retry.ts';
import { accept, actor, run } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
let deps: Dependencies;

beforeEach(async () => {
  await parts?.close();
  parts = await startParts({ users: 300 });
  deps = parts.worker({}, { MAX_OPEN_OPERATIONS_PER_CALLER: '3', EXPRESS_USERS_PER_MINUTE: '100' });
});
afterAll(() => parts.close());

const another: Actor = { kind: 'user', id: '22222222-2222-4333-8444-555555555555' };
const people = (count: number): string[] => parts.people.take(count).map(({ id }) => id);
const queued = (): readonly [plans: number, expressPlans: number] => [
  parts.bus.queue('plans').enqueued,
  parts.bus.queue('expressplans').enqueued,
];
const PRIORITY = 'x-ms-throttle-priority';
const REFUSED = { status: 429, code: 'TooManyOperations', headers: { 'Retry-After': '15' } };

describe('small operations of one caller', () => {
  it('are express until the caller has used its express users, then they wait with the large ones', async () => {
    const users = people(60);
    const [first, second] = [await accept(deps, { users, dryRun: true }), await accept(deps, { users, dryRun: true })];
    expect([first, second].map(isExpress)).toEqual([true, false]);
    expect(queued()).toEqual([1, 1]);
    const other = await accept(deps, { users, dryRun: true }, { actor: another });
    expect(isExpress(other)).toBe(true);
    expect(queued()).toEqual([1, 2]);
  });

  it('keep their way when the request is sent again, and when the operation is read again', async () => {
    const users = people(60);
    const id = randomUUID();
    await accept(deps, { users, dryRun: true });
    await accept(deps, { users }, { id });
    parts.clock.advance(60_000); // now it would be express
    expect(isExpress(await accept(parts.worker(), { users }, { id }))).toBe(false);
    expect(isExpress((await parts.worker().operations.get(id)) as Operation)).toBe(false);
    expect(queued()).toEqual([1, 1]);
  });

  it('that a version without this limit accepted are express by their size', async () => {
    const { express: _, ...before } = await accept(deps, { users: people(1) });
    expect(isExpress(before)).toBe(true);
    expect(isExpress({ ...before, references: 101 })).toBe(false);
  });
});

describe('a caller with too many unfinished operations', () => {
  it('is refused, and nothing is stored; others are not', async () => {
    for (let times = 0; times < 3; times++) await accept(deps, { users: people(1) });
    const id = randomUUID();
    await expect(accept(deps, { users: people(1) }, { id })).rejects.toMatchObject(REFUSED);
    expect(await deps.operations.get(id)).toBeUndefined();
    await accept(deps, { users: people(1) }, { actor: another });
  });

  it('may send an accepted request again', async () => {
    const id = randomUUID();
    const users = people(1);
    const first = await accept(deps, { users }, { id });
    for (let times = 0; times < 2; times++) await accept(deps, { users: people(1) });
    expect(await accept(deps, { users }, { id })).toEqual(first);
  });

  it('is accepted again as soon as one of them has finished', async () => {
    const first = await accept(deps, { users: people(1) });
    for (let times = 0; times < 2; times++) await accept(deps, { users: people(1) });
    await expect(accept(deps, { users: people(1) })).rejects.toMatchObject(REFUSED);
    await run(deps, first);
    parts.clock.advance(15_000); // Retry-After
    await accept(deps, { users: people(1) });
    await expect(accept(deps, { users: people(1) })).rejects.toMatchObject(REFUSED);
  });

  it('cannot get around the limit by retries, also of a promotion', async () => {
    const service: Actor = { kind: 'service', id: 'per-user-mfa' };
    const promotion = await accept(deps, { users: [randomUUID()] }, { kind: 'promotion', actor: service });
    await run(deps, promotion);
    const retry = () =>
      retryOperation(promotion, { id: randomUUID(), request: { acknowledge: [] }, actor, mayWeaken: false }, deps);
    for (let times = 0; times < 3; times++) await retry();
    await expect(retry()).rejects.toMatchObject(REFUSED);
  });

  it('does not stop promotions', async () => {
    const service: Actor = { kind: 'service', id: 'per-user-mfa' };
    for (let times = 0; times < 5; times++)
      await accept(deps, { users: people(1) }, { kind: 'promotion', actor: service });
  });

  it('does not get stuck by requests that broke off', async () => {
    const broken = { ...deps, index: { next: () => Promise.reject(new Error('cut off')) } as never };
    for (let times = 0; times < 3; times++) await accept(broken, { users: people(1) }).catch(() => {});
    await expect(accept(deps, { users: people(1) })).rejects.toMatchObject(REFUSED);
    parts.clock.advance(deps.recoverAfterMs + 1);
    await accept(deps, { users: people(1) });
  });
});

describe('reads of users', () => {
  it.each([
    ['a large dry run', { dryRun: true, count: 150 }, 'Low'],
    ['a large change', { dryRun: false, count: 150 }, undefined],
    ['a small dry run', { dryRun: true, count: 2 }, undefined],
  ] as const)('of %s leave the quota of reads to others as they should', async (_, { dryRun, count }, expected) => {
    const requests: GraphRequest[] = [];
    const recording = parts.worker({
      graph: (request) => {
        requests.push(request);
        return deps.graph(request);
      },
    });
    await run(recording, await accept(recording, { users: people(count), dryRun }));
    const reads = requests.filter(({ path, body }) => path === '/$batch' && !JSON.stringify(body).includes('PATCH'));
    expect(reads.length).toBeGreaterThan(0);
    for (const { headers } of reads) expect(headers?.[PRIORITY]).toBe(expected);
  });
});
