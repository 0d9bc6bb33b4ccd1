import { expect, test } from 'vitest';
import { buildMain } from '../testHost.ts';
import { differencesOf, differingCases, runScript } from './replay.ts';

const WITHIN_MS = 5 * 60_000;

test('apps start, or half, as on the real host, but for the differences on record', {
  timeout: WITHIN_MS,
}, async () => {
  const command = [process.execPath, await buildMain(), '--app', '{app}', '--port', '{port}'];
  const found = differingCases(await runScript('starts.mjs', ['--at-once', '4', '--', ...command]));
  expect(found).toEqual(await differencesOf('starts'));
});
