import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/threat-model.md', root), 'utf8');
/** The cells of the last table: threat, protection, test, remaining risk. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.split('|').length === 6)
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));

it('the threat model names a test for each threat, and each of them is there', () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const [, threat, , tests = ''] of rows) {
    const files = [...tests.matchAll(/`((?:test\/|package-lock)[^`]*)`/g)].map(([, file]) => file as string);
    expect([threat, files.length > 0]).toEqual([threat, true]);
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  }
});
