import { afterAll, beforeAll, expect, test } from 'vitest';
import checks from './checks.json' with { type: 'json' };
import { type CheckedEmulator, startCheckedEmulator } from './emulator.ts';
import { buildChecks, type Outcome, runChecks } from './program.ts';

let emulator: CheckedEmulator | undefined;
let outcomes: ReadonlyMap<string, Outcome>;

beforeAll(async () => {
  buildChecks();
  emulator = await startCheckedEmulator();
  outcomes = await runChecks(emulator.environment);
});
afterAll(() => emulator?.close());

// The names are kept in a file, so that a check that was not run is missed.
test.each(checks)('%s', (name) => {
  expect(outcomes.get(name), 'the check was not run').toBeDefined();
  expect(outcomes.get(name)?.error).toBeNull();
});

test('all checks of the program are named in checks.json (Checks --list prints them)', () => {
  expect([...outcomes.keys()].sort()).toEqual([...checks].sort());
});
