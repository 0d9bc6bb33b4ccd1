import { expect, test } from 'vitest';
import { builtScript } from '../../../../local/projectFolder.ts';
import { differencesOf, differingCases, runScript } from './replay.ts';

const WITHIN_MS = 5 * 60_000;

test('apps start, or half, as on the real host, but for the differences on record', {
  timeout: WITHIN_MS,
}, async () => {
  const command = [process.execPath, builtScript('functions-host'), '--app', '{app}', '--port', '{port}'];
  const printed = await runScript('starts.mjs', ['--at-once', '4', '--', ...command]);
  expect(Number(/^(\d+) the same, \d+ different$/m.exec(printed)?.[1])).toBeGreaterThan(20);
  expect(differingCases(printed)).toEqual(await differencesOf('starts'));
});
