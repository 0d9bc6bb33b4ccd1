import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../testHost.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost('http-cjs', { env: { 'AzureWebJobs.switchedOff.Disabled': 'true' } });
});
afterAll(() => host?.child.stop());

test('/admin/functions lists the functions with their addresses', async () => {
  const functions =
    await host.json<{ name: string; invoke_url_template: string; isDisabled: boolean }[]>('/admin/functions');
  expect(functions).toContainEqual(
    expect.objectContaining({
      name: 'specialThing',
      invoke_url_template: `${host.url}/api/things/special`,
      isDisabled: false,
    }),
  );
  expect(functions.find(({ name }) => name === 'switchedOff')?.isDisabled).toBe(true);
});

test('/admin/host/status says that the host runs', async () => {
  expect(await host.json('/admin/host/status')).toMatchObject({ state: 'Running' });
});

test.each([
  ['/admin/functions/nobody', 404],
  ['/admin/functions/byName', 400],
  ['/admin/functions/switchedOff', 400],
])('POST %s is answered with %i', async (path, status) => {
  expect((await fetch(host.url + path, { method: 'POST', body: '{}' })).status).toBe(status);
});
