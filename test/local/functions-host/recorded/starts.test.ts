import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildMain } from '../testHost.ts';
import { differencesOf, differingCases, runScript } from './replay.ts';

/** Whether all cases are replayed, or only those that end quickly. */
const WHOLE = process.env.HOST_REPLAY === 'whole';
const WITHIN_MS = 5 * 60_000;

async function differing(args: readonly string[]): Promise<string[]> {
  const command = [process.execPath, await buildMain(), '--app', '{app}', '--port', '{port}'];
  return differingCases(await runScript('starts.mjs', [...args, '--', ...command]));
}

/** Without a function that answers, the script waits 12 seconds for one in vain. */
async function chosenCases(): Promise<string[]> {
  const text = await readFile(fileURLToPath(new URL('answers.json', import.meta.url)), 'utf8');
  const { starts }: { starts: Record<string, { alive: { status?: number } }> } = JSON.parse(text);
  return Object.keys(starts).filter((name) => WHOLE || starts[name]?.alive.status === 200);
}

const of = WHOLE ? 'apps' : 'apps with a function that answers';
test(`${of} start, or half, as on the real host, but for the differences on record`, {
  timeout: WITHIN_MS,
}, async () => {
  const names = await chosenCases();
  const found = WHOLE ? await differing(['--at-once', '8']) : await differingOf(names);
  expect(names.length).toBeGreaterThan(20);
  expect(found).toEqual((await differencesOf('starts')).filter((name) => names.includes(name)));
});

/** Replays some cases, two at a time; the script chooses by a part of the name, so it may replay some more. */
async function differingOf(names: readonly string[]): Promise<string[]> {
  const queue = [...names];
  const found = new Set<string>();
  const replay = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      for (const different of await differing(['--only', name])) found.add(different);
    }
  };
  await Promise.all([replay(), replay()]);
  return [...found].sort();
}
