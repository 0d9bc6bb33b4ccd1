import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/threat-model.md', root), 'utf8');
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
/** The rows of the last table. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.split('|').length === 6)
  .slice(1)
  .map((line) => {
    const [, threat = '', protection = '', tests = '', remaining = ''] = line.split('|').map((cell) => cell.trim());
    return { threat, protection, tests, remaining };
  });

/** Whether a file, or a file in a folder, has a test: of Vitest or of Pester. */
function hasTest(path: string): boolean {
  const url = new URL(path, root);
  if (statSync(url, { throwIfNoEntry: false }) === undefined) return false;
  if (statSync(url).isDirectory()) return readdirSync(url).some((name) => hasTest(`${path}/${name}`));
  if (!/\.test\.ts$|\.Tests\.ps1$/.test(path)) return false;
  return /^\s*(it|test|describe)\b|^\s*It '/m.test(readFileSync(url, 'utf8'));
}

it('has rows', () => {
  expect(rows.length).toBeGreaterThan(25);
  expect(new Set(rows.map(({ threat }) => threat)).size).toBe(rows.length);
});

it.each(rows)('names tests that are there for: $threat', ({ tests }) => {
  const named = [...tests.matchAll(/`([^`]*)`/g)].map(([, name]) => name ?? '');
  const files = named.filter((name) => name.startsWith('test/'));
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !hasTest(file))).toEqual([]);
  for (const name of named.filter((other) => !files.includes(other)))
    expect(Object.keys(scripts), name).toContain(name.replace(/^npm run /, ''));
});

it.each(rows)('says what protects, and which risk remains, for: $threat', ({ protection, remaining }) => {
  expect(protection).not.toMatch(/^[–-]?$/);
  expect(remaining).not.toBe('');
});

it('says how long a stolen token of a managed identity works', () => {
  const ofTokens = rows.filter(({ threat }) => /token of a managed identity|without a token/.test(threat));
  expect(ofTokens).toHaveLength(2);
  for (const { threat, remaining } of ofTokens) expect(remaining, threat).toContain('24 hours');
});
