// Runs conformance checks: what we wrote, judged by software of others. `--where-possible` passes over a check whose
// tools are not on the machine, and says so. `--update` rewrites the snapshots that differ.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectFolder } from '../../local/projectFolder.ts';
import { suites } from './suites.ts';
import { ToolMissingError } from './tools.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'where-possible': { type: 'boolean', default: false }, update: { type: 'boolean', default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(suites);
const unknown = names.find((name) => suites[name] === undefined);
if (unknown !== undefined) {
  console.error(`There is no check ${unknown}. Choose from: ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

const outcomes = names.map((name) => ({ name, ...runSuite(name) }));
console.log();
for (const { name, said } of outcomes) console.log(`test:${name}: ${said}`);
process.exitCode = outcomes.some(({ failed }) => failed) ? 1 : 0;

function runSuite(name: string): { said: string; failed: boolean } {
  const folder = projectFolder();
  const results = join(folder, '.ci', `results.${name}.json`);
  rmSync(results, { force: true });
  const missing = whatIsMissing(name);
  if (missing !== undefined) return { said: `not run, because ${missing}`, failed: !values['where-possible'] };
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(folder, 'test', 'conformance', 'vitest.config.ts');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const args = [vitest, 'run', '--config', config, '--project', name, ...reporters];
  if (values.update) args.push('--update');
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit' });
  return { said: counts(results), failed: status !== 0 };
}

function whatIsMissing(name: string): string | undefined {
  try {
    for (const prepare of suites[name] ?? []) prepare();
    return undefined;
  } catch (error) {
    if (error instanceof ToolMissingError) return error.message;
    throw error;
  }
}

function counts(results: string): string {
  try {
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(results, 'utf8'));
    return `${passed} passed, ${failed} failed`;
  } catch {
    return 'ended before its tests were counted';
  }
}
