import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestHost, type TestHost } from '../testHost.ts';
import { fourDigitPort } from './fourDigitPort.ts';
import { differencesOf, recordedApp, runReplay } from './replay.ts';

let host: TestHost;
beforeAll(async () => {
  // Timers that this host does not take; they are compared on their own.
  const env = { PROBE_LEAVE_OUT: 'fiveFields,timeSpan,timeSpanMonitored', ServiceBusConnection: '' };
  host = await startTestHost('', {
    directory: recordedApp,
    env,
    args: ['--quiet', '--port', String(await fourDigitPort())],
  });
});
afterAll(() => host?.child.stop());

test('HTTP requests are answered as the real host answers them, but for the differences on record', async () => {
  expect(await runReplay({ url: host.url, part: 'http' })).toEqual(await differencesOf('http'));
}, 180_000);
