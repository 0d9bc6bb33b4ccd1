import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startAzurite } from '../../../../local/azurite/azurite.ts';
import { startRecordedHost } from './recordedHost.ts';
import { differencesOf, runReplay } from './replay.ts';

/** So long was the real host away: more than the minute between two runs. */
const AWAY_MS = 75_000;

/** Takes six minutes, of which all but seconds are waiting: `npm run test:host`. */
test('timers run as in the real host, and what was missed is made up for after a restart', async () => {
  const azurite = await startAzurite();
  const recorded = await startRecordedHost({ AzureWebJobsStorage: azurite.connectionString });
  try {
    expect(await runReplay({ url: recorded.host.url, part: 'timers' })).toEqual(await differencesOf('timers'));
    await recorded.host.child.stop();
    await delay(AWAY_MS);
    await recorded.startAgain();
    expect(await runReplay({ url: recorded.host.url, part: 'restarted' })).toEqual(await differencesOf('restarted'));
  } finally {
    await recorded.stop();
    await azurite.child.stop();
  }
}, 600_000);
