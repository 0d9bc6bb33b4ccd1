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
  ['/admin/functions/unknown', 'application/json', '{}', 404, undefined],
  ['/admin/functions/byName', 'application/json', '{}', 202, /byName was not run: it is called over HTTP: \S+byName/],
  ['/admin/functions/switchedOff', 'application/json', '{}', 404, /switchedOff was not run: it is disabled/],
  ['/admin/functions/byName', 'text/plain', '{}', 415, /byName was not run: .*Content-Type application\/json/],
  ['/admin/functions/byName', 'application/json', '{', 400, /byName was not run: the body must be/],
])('POST %s as %s with %s is answered with %i, and the log says why', async (path, type, body, status, line) => {
  const request = { method: 'POST', headers: { 'Content-Type': type }, body };
  expect((await fetch(host.url + path, request)).status).toBe(status);
  if (line) await host.line(line);
});
