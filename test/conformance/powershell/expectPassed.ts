import { expect, it } from 'vitest';
import type { EndedTest } from './runPester.ts';

/** Registers a test for each of Pester's, so that a failure shows its name. */
export function expectPassed(ended: readonly EndedTest[], least: number): void {
  it(`at least ${least} tests were run`, () => {
    expect(ended.length).toBeGreaterThanOrEqual(least);
  });
  for (const { name, result, errors } of ended)
    it(name, () => {
      expect(result, errors.join('\n')).toBe('Passed');
    });
}
