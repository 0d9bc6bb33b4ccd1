import { expect, it } from 'vitest';
import type { Resolution } from '../../../shared/domain/referencePage.ts';
import { fitResolution } from '../../../shared/operations/fitOutcomes.ts';

const id = '071cc716-8147-4397-a5ba-b2105951cc0b';

function pageOf(count: number, message: string): Resolution {
  const outcome = {
    outcome: 'refused',
    at: '2026-03-02T08:00:00.000Z',
    code: 'x'.repeat(80),
    message,
    requestId: id,
  } as const;
  return { references: Array.from({ length: count }, () => ({ id, outcome })), notes: [], overrides: [] };
}

it('a decision that fits into a row stays as it is', () => {
  const page = pageOf(999, 'x'.repeat(150));
  expect(fitResolution(page)).toBe(page);
  const few = pageOf(10, 'x'.repeat(900));
  expect(fitResolution(few)).toBe(few);
});

it.each([
  ['long', 'The permission is missing. '.padEnd(900, 'x')],
  ['full of characters that take two', 'The permission is missing. '.padEnd(900, '"')],
])('a page of messages that are %s is shortened at their ends', (_, message) => {
  const { references } = fitResolution(pageOf(999, message));
  expect(JSON.stringify(references).length).toBeLessThanOrEqual(500_000);
  expect(references).toHaveLength(999);
  for (const { outcome } of references) expect(outcome?.message).toMatch(/^The permission is missing\. ./);
});
