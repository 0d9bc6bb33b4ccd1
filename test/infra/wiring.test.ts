import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bicepTexts, infraFolder } from './installation.ts';

it('gives away nothing that the parts do not use', () => {
  const all = [...bicepTexts.values()].join('\n');
  const outputs = [...bicepTexts].flatMap(([path, text]) =>
    path === 'main.bicep' ? [] : [...text.matchAll(/^output (\w+) /gm)].map(([, name]) => `${path}: ${name}`),
  );
  expect(outputs.length).toBeGreaterThan(5);
  for (const output of outputs) expect(all, output).toMatch(`.outputs.${output.split(': ')[1]}`);
});

it('takes names from abbreviations.json, and has none there that is not used', () => {
  const abbreviations = Object.keys(JSON.parse(readFileSync(new URL('abbreviations.json', infraFolder), 'utf8')));
  const used = new Set([...(bicepTexts.get('main.bicep') ?? '').matchAll(/names\.(\w+)/g)].map(([, name]) => name));
  expect([...used].sort()).toEqual(abbreviations.sort());
});
