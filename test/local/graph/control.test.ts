import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, startCaller } from './caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ users: 50, settings: { licence: 'p1' } });
});
afterAll(() => caller.simulator.close());

test('settings are merged; a bad one is refused and changes nothing', async () => {
  const { control } = caller;
  await control.changeSettings({ throttling: { writes: { limit: 7 } } });
  const changed = await control.changeSettings({ latencyMs: 1 });
  expect(changed).toMatchObject({
    licence: 'p1',
    latencyMs: 1,
    throttling: { window: 'tokenBucket', writes: { limit: 7, windowSeconds: 150 } },
  });
  await expect(control.changeSettings({ latencyMs: -1 })).rejects.toThrow(/latencyMs/);
  await expect(control.changeSettings({ latency: 1 } as never)).rejects.toThrow(/latency/);
  expect((await control.state()).settings.latencyMs).toBe(1);
});

test('a reset restores the initial state and settings', async () => {
  const { control, simulator } = caller;
  const user = (await control.users())[1]?.id as string;
  await control.setState(user, 'enforced');
  await control.addFault({ match: { path: 'nowhere' }, fault: { status: 500 } });
  await control.reset({ users: 30, seed: 9, settings: { readLagMs: 5 } });
  const state = await control.state();
  expect(state).toMatchObject({ users: 30, ledgerEntries: 0, settings: { licence: 'p1', latencyMs: 0, readLagMs: 5 } });
  expect(await control.faults()).toEqual([]);
  expect(simulator.directory.size).toBe(30);
  expect((await control.users())[1]?.id).not.toBe(user);
  await control.reset();
  expect((await control.users())[1]?.id).toBe(user);
});

test('the sync account is the first of the users', async () => {
  expect((await caller.control.users())[0]?.upn).toMatch(/^Sync_.*@contoso\.onmicrosoft\.com$/);
});

test('what is not there says so', async () => {
  await expect(caller.control.register('unknown-user')).rejects.toThrow(/404.*unknown-user/s);
  await expect(caller.control.register('nobody', ['smoke' as never])).rejects.toThrow(/400/);
  expect((await caller.call('GET', '/control/nonsense')).status).toBe(404);
  expect((await caller.call('POST', '/control/faults', '{')).status).toBe(400);
});
