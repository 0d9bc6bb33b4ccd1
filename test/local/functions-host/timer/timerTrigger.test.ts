import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from '../../../support/waitUntil.ts';
import { startTestHost, type TestHost } from '../testHost.ts';

interface Timer {
  isPastDue: boolean;
  schedule: { adjustForDST: boolean };
  scheduleStatus: { last: string; next: string; lastUpdated: string } | null;
}

interface Records {
  everySecond?: number[];
  interval?: number[];
  onStartup?: { timer: Timer; retry: unknown }[];
  unmonitored?: Timer[];
  retried?: number[];
  switchedOff?: number[];
}

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('timers', {
    env: { EVERY_SECOND: '*/1 * * * * *', 'AzureWebJobs.switchedOff.Disabled': 'true' },
  });
});
afterAll(() => host?.child.stop());

const records = (): Promise<Records> => host.json('/api/records');
const runNow = async (name: string): Promise<number> =>
  (
    await fetch(`${host.url}/admin/functions/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
  ).status;

test('a timer runs by its schedule, which may come from a setting', async () => {
  await waitUntil(async () => ((await records()).everySecond?.length ?? 0) >= 2);
  expect((await records()).switchedOff).toBeUndefined();
});

test('a failed invocation is logged, and the schedule continues', async () => {
  const times = await waitUntil(async () => {
    const { interval } = await records();
    return (interval?.length ?? 0) >= 2 && interval;
  });
  await host.line(/error +interval \S+ failed in \d+ ms: Error: this run fails/);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
});

test('runs of one timer do not overlap, however they came about', async () => {
  const before = (await records()).everySecond?.length ?? 0;
  expect(await Promise.all([runNow('everySecond'), runNow('everySecond'), runNow('everySecond')])).toEqual([
    202, 202, 202,
  ]);
  const runs = await waitUntil(async () => {
    const { everySecond } = await records();
    return (everySecond?.length ?? 0) >= before + 3 && everySecond;
  });
  expect(new Set(runs)).toEqual(new Set([1]));
});

test('runOnStartup runs at once, with the payload of the real host', async () => {
  const [first] = await waitUntil(async () => (await records()).onStartup);
  expect(first?.retry).toBeNull();
  const year = new Date().getUTCFullYear() + 1;
  expect(first?.timer).toEqual({
    schedule: { adjustForDST: true },
    scheduleStatus: {
      last: '0001-01-01T00:00:00+00:00',
      next: `${year}-01-01T00:00:00+00:00`,
      lastUpdated: '0001-01-01T00:00:00+00:00',
    },
    isPastDue: false,
  });
});

test('the schedule status remembers the last run, unless the timer is not monitored', async () => {
  await waitUntil(async () => (await records()).onStartup);
  await runNow('onStartup');
  const second = await waitUntil(async () => (await records()).onStartup?.[1]);
  expect(new Date(second.timer.scheduleStatus?.last ?? '').getTime()).toBeGreaterThan(Date.now() - 60_000);
  await runNow('unmonitored');
  const unmonitored = await waitUntil(async () => (await records()).unmonitored?.[0]);
  expect(unmonitored.scheduleStatus).toBeNull();
});

test('a failed run is tried again by its retry policy, and then given up', async () => {
  await runNow('retried');
  await host.line(/retried \S+ failed in \d+ ms: Error: attempt 3/);
  expect((await records()).retried).toEqual([0, 1, 2]);
});
