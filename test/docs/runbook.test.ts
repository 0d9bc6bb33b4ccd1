import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the runbook', () => {
  const runbook = readFileSync(join('docs', 'operations.md'), 'utf8');

  it('explains every code that outcomes and errors can have', () => {
    const codes = new Set<string>();
    for (const file of readdirSync('shared', { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.startsWith('contract')) continue;
      const source = readFileSync(join('shared', file), 'utf8');
      for (const [, code] of source.matchAll(/\bcode: '([A-Za-z]+)'/g)) codes.add(code as string);
      for (const [, code] of source.matchAll(/new \w*Error\(\s*(?:\d{3},\s*)?'([A-Z][A-Za-z]+)',/g))
        codes.add(code as string);
    }
    // The word by which zod knows a check of ours.
    codes.delete('custom');
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter((code) => !runbook.includes(`\`${code}\``))).toEqual([]);
  });

  it('explains every alert', () => {
    const alerts = readdirSync(join('infra', 'alerts')).map((file) => file.replace(/\.\w+$/, ''));
    expect(alerts.filter((alert) => !runbook.includes(`\`${alert}\``))).toEqual([]);
  });
});
