import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, startCaller } from './caller.ts';

/** The first position whose user comes from the seed. */
const DRAWN = 3;

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
  const user = (await control.users())[DRAWN]?.id as string;
  await control.setState(user, 'enforced');
  await control.addFault({ match: { path: 'nowhere' }, fault: { status: 500 } });
  await control.reset({ users: 30, seed: 9, settings: { readLagMs: 5 } });
  const state = await control.state();
  expect(state).toMatchObject({ users: 30, ledgerEntries: 0, settings: { licence: 'p1', latencyMs: 0, readLagMs: 5 } });
  expect(await control.faults()).toEqual([]);
  expect(simulator.directory.size).toBe(30);
  expect((await control.users())[DRAWN]?.id).not.toBe(user);
  await control.reset();
  expect((await control.users())[DRAWN]?.id).toBe(user);
});

test('the fixed users are the first, and then comes the sync account', async () => {
  const [alice, bob, sync] = await caller.control.users();
  expect(alice).toMatchObject({ upn: 'alice@contoso.com', userType: 'Member' });
  expect(bob).toMatchObject({ upn: 'bob@contoso.com', userType: 'Member' });
  expect(sync?.upn).toMatch(/^Sync_.*@contoso\.onmicrosoft\.com$/);
});

test('what is not there says so', async () => {
  await expect(caller.control.register('unknown-user')).rejects.toThrow(/404.*unknown-user/s);
  await expect(caller.control.register('nobody', ['smoke' as never])).rejects.toThrow(/400/);
  expect((await caller.call('GET', '/control/nonsense')).status).toBe(404);
  expect((await caller.call('POST', '/control/faults', '{')).status).toBe(400);
});
