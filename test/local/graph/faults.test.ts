import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ControlUser } from '../../../local/graph/control.ts';
import { type Caller, changeItem, type ErrorBody, startCaller } from './caller.ts';

/** How long something may take that happens at once on an idle machine. */
const WITHIN = { timeout: 40_000 };

let caller: Caller;
let users: ControlUser[];
beforeAll(async () => {
  caller = await startCaller({ users: 100, settings: { promotionDelayMs: null } });
});
beforeEach(async () => {
  await caller.control.reset();
  users = await caller.control.users();
});
afterAll(() => caller.simulator.close());

const idOf = (index: number): string => users[index]?.id as string;
const requirements = (index: number): string => `/beta/users/${idOf(index)}/authentication/requirements`;
const items = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => changeItem(String(index), idOf(index), 'enabled'));

async function acknowledged(): Promise<boolean[]> {
  return (await caller.control.ledger()).map((entry) => entry.acknowledged);
}

describe('an injected status', () => {
  test('comes in the place of the answer, so often and no more, and nothing is executed', async () => {
    const fault = { status: 503, retryAfterSeconds: 7 };
    await caller.control.addFault({ id: 'down', match: { method: 'PATCH' }, times: 2, fault });
    const first = await caller.call<ErrorBody>('PATCH', requirements(1), { perUserMfaState: 'enabled' });
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
    expect(first.body.error.code).toBe('ServiceUnavailable');
    expect((await caller.get(requirements(1))).status).toBe(200);
    expect(await caller.setState(idOf(1), 'enabled')).toBe(503);
    expect(await caller.setState(idOf(1), 'enabled')).toBe(204);
    expect(await caller.control.ledger()).toHaveLength(1);
    expect(await caller.control.faults()).toMatchObject([{ id: 'down', fired: 2 }]);
  });

  test('can be an HTML page, or a 403 for one user with a code of its own', async () => {
    const fault = { status: 403, code: 'Authorization_Special' };
    await caller.control.addFault({ match: { path: idOf(1) }, fault });
    await caller.control.addFault({ match: { path: idOf(2) }, fault: { status: 503, html: true } });
    expect((await caller.get<ErrorBody>(requirements(1))).body.error.code).toBe('Authorization_Special');
    const page = await caller.get<string>(requirements(2));
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('<html>');
    expect((await caller.get(requirements(3))).status).toBe(200);
  });

  test('can be for single requests of a batch, for the batch itself, or for what is in no batch', async () => {
    await caller.control.addFault({ match: { batchItem: true, path: idOf(1) }, fault: { status: 429 } });
    const { status, body } = await caller.batch(items(3));
    expect(status).toBe(200);
    expect(body.responses.map((response) => response.status)).toEqual([204, 429, 204]);
    expect(body.responses[1]?.headers).not.toHaveProperty('Retry-After');
    expect((await caller.get(requirements(1))).status).toBe(200);

    await caller.control.removeFaults();
    await caller.control.addFault({ match: { batchEnvelope: true }, fault: { status: 500 } });
    expect((await caller.batch(items(1))).status).toBe(500);
    expect((await caller.get(requirements(1))).status).toBe(200);

    await caller.control.removeFaults();
    await caller.control.addFault({ match: { batchItem: false, path: '/users/' }, fault: { status: 500 } });
    expect((await caller.get(requirements(1))).status).toBe(500);
    expect((await caller.batch(items(1))).body.responses[0]?.status).toBe(204);
  });

  test('by chance, hits the same requests with the same seed and others with another', async () => {
    const run = async (seed: number): Promise<string> => {
      await caller.control.reset({ seed });
      users = await caller.control.users();
      await caller.control.addFault({ probability: 0.4, fault: { status: 500 } });
      const statuses: number[] = [];
      for (let n = 0; n < 30; n++) statuses.push((await caller.get(requirements(n))).status);
      return statuses.join();
    };
    const first = await run(5);
    expect(first).toContain('200');
    expect(first).toContain('500');
    expect(await run(5)).toBe(first);
    expect(await run(6)).not.toBe(first);
  });
});

describe('an answer that gets lost', () => {
  test('dropped: the write happened, and the caller was not told', async () => {
    await caller.control.addFault({ match: { method: 'PATCH' }, times: 1, fault: { dropAnswer: true } });
    await expect(caller.setState(idOf(1), 'enabled')).rejects.toThrow();
    expect(await acknowledged()).toEqual([false]);
    expect(await caller.setState(idOf(1), 'enabled')).toBe(204);
    expect(await acknowledged()).toEqual([false, true]);
  });

  test('dropped for a request of a batch: the whole batch happened', async () => {
    await caller.control.addFault({ match: { batchItem: true, path: idOf(1) }, times: 1, fault: { dropAnswer: true } });
    await expect(caller.batch(items(3))).rejects.toThrow();
    expect(await acknowledged()).toEqual([false, false, false]);
  });

  test('what Entra did by itself has no answer that could get lost', async () => {
    await caller.control.changeSettings({ promotionDelayMs: 0 });
    const user = users.find(({ state, registered, promotable }) => state === 'disabled' && registered && promotable);
    await caller.control.addFault({ match: { method: 'PATCH' }, times: 1, fault: { dropAnswer: true } });
    await expect(caller.setState(user?.id as string, 'enabled')).rejects.toThrow();
    const ledger = await caller.control.ledger();
    expect(ledger.map((entry) => [entry.appliedBy, entry.acknowledged])).toEqual([
      ['client', false],
      ['entra', true],
    ]);
  });

  test('truncated: half of it arrives', async () => {
    await caller.control.addFault({ match: { batchEnvelope: true }, times: 1, fault: { truncate: true } });
    await expect(caller.batch(items(2))).rejects.toThrow();
    expect(await acknowledged()).toEqual([false, false]);
  });

  test('reset: nothing happened, and in a batch only what came before', async () => {
    await caller.control.addFault({ match: { method: 'PATCH' }, times: 1, fault: { resetConnection: true } });
    await expect(caller.setState(idOf(1), 'enabled')).rejects.toThrow();
    expect(await acknowledged()).toEqual([]);
    await caller.control.addFault({ match: { batchItem: true, path: idOf(2) }, fault: { resetConnection: true } });
    await expect(caller.batch(items(4))).rejects.toThrow();
    expect((await caller.control.ledger()).map((entry) => entry.userId)).toEqual([idOf(0), idOf(1)]);
    expect(await acknowledged()).toEqual([false, false]);
  });

  test('left out of a batch: those writes are not acknowledged, the others are', async () => {
    await caller.control.addFault({ times: 1, fault: { omitItems: 2 } });
    const { body } = await caller.batch(items(5));
    const told = body.responses.map((response) => response.id);
    expect(told).toHaveLength(3);
    for (const entry of await caller.control.ledger()) {
      expect(entry.acknowledged).toBe(told.includes(entry.batchItemId as string));
    }
  });
});

test('reordered, a batch has the same answers in another order', async () => {
  await caller.control.addFault({ fault: { reorder: true } });
  const ids = (await caller.batch(items(20))).body.responses.map((response) => response.id);
  const inOrder = Array.from({ length: 20 }, (_, index) => String(index));
  expect(ids).not.toEqual(inOrder);
  expect([...ids].sort()).toEqual([...inOrder].sort());
});

describe('a request that hangs', () => {
  test('is not executed, and its connection ends', async () => {
    await caller.control.addFault({ match: { method: 'PATCH' }, times: 1, fault: { hangMs: 50 } });
    await expect(caller.setState(idOf(1), 'enabled')).rejects.toThrow();
    expect(await caller.control.ledger()).toEqual([]);
  });

  test('is executed late and answered, when it shall apply', async () => {
    const fault = { hangMs: 50, thenApply: true };
    await caller.control.addFault({ match: { batchItem: true }, times: 1, fault });
    expect((await caller.batch(items(2))).status).toBe(200);
    expect(await acknowledged()).toEqual([true, true]);
  });

  test('is executed although the caller left meanwhile, and not acknowledged', async () => {
    await caller.control.addFault({ match: { method: 'PATCH' }, fault: { hangMs: 1_500, thenApply: true } });
    const leave = new AbortController();
    const leaving = fetch(`${caller.simulator.url}${requirements(1)}`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
      body: JSON.stringify({ perUserMfaState: 'enabled' }),
      signal: leave.signal,
    });
    await expect.poll(() => caller.simulator.faults.list()[0]?.fired, WITHIN).toBe(1);
    leave.abort();
    await expect(leaving).rejects.toThrow();
    await expect.poll(acknowledged, WITHIN).toEqual([false]);
  });

  test('does not keep the simulator from closing', async () => {
    const other = await startCaller({ users: 5 });
    await other.control.addFault({ fault: { hangMs: 600_000 } });
    const hanging = expect(other.get('/v1.0/users')).rejects.toThrow();
    await expect.poll(() => other.simulator.faults.list()[0]?.fired, WITHIN).toBe(1);
    await other.simulator.close();
    await hanging;
  });
});

test('latency holds every answer back', async () => {
  await caller.control.changeSettings({ latencyMs: 40 });
  const start = performance.now();
  await caller.get('/v1.0/organization');
  expect(performance.now() - start).toBeGreaterThanOrEqual(39);
});

test('many answers that are held back at once are no leak', async () => {
  const warnings: string[] = [];
  const warned = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', warned);
  await caller.control.changeSettings({ latencyMs: 40 });
  await Promise.all(Array.from({ length: 12 }, () => caller.get('/beta/organization')));
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

test('rules can be removed one by one, and bad ones are refused', async () => {
  const id = await caller.control.addFault({ fault: { status: 500 } });
  await caller.control.addFault({ id: 'other', match: { path: 'nowhere' }, fault: { status: 500 } });
  await caller.control.removeFault(id);
  expect((await caller.control.faults()).map((rule) => rule.id)).toEqual(['other']);
  await expect(caller.control.addFault({ match: { path: '(' }, fault: { status: 500 } })).rejects.toThrow(
    /regular expression/,
  );
  await expect(caller.control.addFault({ fault: { status: 200 } })).rejects.toThrow(/400/);
});

describe('a rule', () => {
  test('can apply to each n-th request that matches, after some that pass', async () => {
    await caller.control.addFault({ match: { method: 'GET' }, after: 1, every: 3, fault: { status: 500 } });
    const statuses: number[] = [];
    for (let request = 0; request < 8; request++) {
      statuses.push((await caller.get(requirements(1))).status);
      expect(await caller.setState(idOf(1), 'enabled')).toBe(204); // does not match, so it does not count
    }
    expect(statuses).toEqual([200, 500, 200, 200, 500, 200, 200, 500]);
  });

  test('can come before those that are there already', async () => {
    await caller.control.addFault({ id: 'one', match: {}, fault: { status: 500 } });
    await caller.control.addFault({ id: 'outage', match: {}, first: true, fault: { status: 503 } });
    expect((await caller.get(requirements(1))).status).toBe(503);
    await caller.control.removeFault('outage');
    expect((await caller.get(requirements(1))).status).toBe(500);
  });

  test('is counted also after it was replaced or removed', async () => {
    const rule = { id: 'down', match: {}, fault: { status: 500 } };
    await caller.control.addFault(rule);
    await caller.get(requirements(1));
    await caller.control.addFault(rule);
    await caller.get(requirements(1));
    await caller.control.removeFaults();
    await caller.get(requirements(1));
    expect(await caller.control.faultTotals()).toEqual({ down: 2 });
  });
});
