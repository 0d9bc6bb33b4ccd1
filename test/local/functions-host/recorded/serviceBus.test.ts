import { expect, test } from 'vitest';
import { startRecordedHost } from './recordedHost.ts';
import { differencesOf, runReplay } from './replay.ts';

test('Service Bus messages reach functions, and are settled, as in the real host', async () => {
  const recorded = await startRecordedHost();
  try {
    expect(await runReplay({ url: recorded.host.url, part: 'serviceBus' })).toEqual(await differencesOf('serviceBus'));
  } finally {
    await recorded.stop();
  }
});
