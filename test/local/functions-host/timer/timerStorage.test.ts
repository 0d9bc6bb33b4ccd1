import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../../local/azurite/azurite.ts';
import { type BlobContainer, openBlobContainer } from '../../../../local/functions-host/storage/blobContainer.ts';
import { parseStorageConnection } from '../../../../local/functions-host/storage/storageAccount.ts';
import { waitUntil } from '../../../support/waitUntil.ts';
import { startTestHost, type TestHost } from '../testHost.ts';

const ANOTHER_HOST = '11111111-2222-4333-8444-555555555555';

let azurite: Azurite;
let blobs: BlobContainer;
const hosts: TestHost[] = [];
beforeAll(async () => {
  azurite = await startAzurite();
  blobs = openBlobContainer(parseStorageConnection(azurite.connectionString), 'azure-webjobs-hosts');
  await blobs.create();
});
afterAll(async () => {
  await Promise.all(hosts.map(({ child }) => child.stop()));
  await azurite?.child.stop();
});

interface Run {
  readonly isPastDue: boolean;
  readonly scheduleStatus: { readonly last: string };
}

async function startHost(hostId: string, settings: Record<string, string> = {}): Promise<TestHost> {
  const host = await startTestHost('timers', {
    env: {
      EVERY_SECOND: '*/1 * * * * *',
      AzureWebJobsStorage: azurite.connectionString,
      AzureFunctionsWebHost__hostid: hostId,
      AzureFunctionsJobHost__singleton__listenerLockPeriod: '00:00:15',
      AzureFunctionsJobHost__singleton__listenerLockRecoveryPollingInterval: '00:00:00.2',
      ...settings,
    },
  });
  hosts.push(host);
  return host;
}

const runs = async (host: TestHost, name: string): Promise<unknown[]> =>
  (await host.json<Record<string, unknown[]>>('/api/records'))[name] ?? [];
const startupRuns = async (host: TestHost): Promise<Run[]> =>
  ((await runs(host, 'onStartup')) as { timer: Run }[]).map(({ timer }) => timer);

// They wait for schedules and locks, so they wait together.
describe.concurrent('timers', () => {
  test('a run that was missed while no host was there is made up for at the start, once', async () => {
    const id = 'missed';
    const status = `timers/${id}/Host.Functions.onStartup/status`;
    const yearly = (year: number): string => `${year}-01-01T00:00:00+00:00`;
    const [last, next] = [yearly(2020), yearly(2021)];
    await blobs.write(status, JSON.stringify({ Last: last, Next: next, LastUpdated: last }));
    const host = await startHost(id);
    const [first] = await waitUntil(async () => ((await startupRuns(host)).length > 0 ? startupRuns(host) : undefined));
    expect(first).toMatchObject({ isPastDue: true, scheduleStatus: { last } });
    await waitUntil(async () => JSON.parse((await blobs.read(status)) ?? '').Last !== last);
    await host.child.stop();

    const again = await startHost(id);
    const [second] = await waitUntil(async () =>
      (await startupRuns(again)).length > 0 ? startupRuns(again) : undefined,
    );
    expect(second?.isPastDue).toBe(false);
    expect(new Date(second?.scheduleStatus.last ?? '').getFullYear()).toBe(new Date().getFullYear());
  });

  test('of two hosts one runs a timer, and the other takes over when it stops', async () => {
    const id = 'two-hosts';
    const [one, other] = [await startHost(id), await startHost(id)];
    await waitUntil(async () => (await runs(one, 'everySecond')).length >= 2);
    expect(await runs(other, 'everySecond')).toEqual([]);
    await one.child.stop();
    await waitUntil(async () => (await runs(other, 'everySecond')).length >= 1);
  });

  test('a timer whose lock another host has waits until the lock runs out', async () => {
    const id = 'locked';
    const lock = `locks/${id}/Host.Functions.everySecond.Listener`;
    await blobs.createBlob(lock);
    expect(await blobs.lease(lock, ANOTHER_HOST, 15)).toBe(true);
    const leasedAt = performance.now();
    const host = await startHost(id);
    await waitUntil(async () => (await runs(host, 'interval')).length >= 2);
    expect(await runs(host, 'everySecond')).toEqual([]);
    await waitUntil(async () => (await runs(host, 'everySecond')).length >= 1);
    expect(performance.now() - leasedAt).toBeGreaterThan(14_000);
  });

  test('a storage that cannot be reached leaves timers running, alone and without a memory', async () => {
    const host = await startHost('alone', { AzureWebJobsStorage: 'UseDevelopmentStorage=nonsense' });
    await host.line(/warning +Timers are neither locked nor remembered.*AccountName/);
    await waitUntil(async () => (await runs(host, 'everySecond')).length >= 1);
  });
});
