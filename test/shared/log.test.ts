import type { InvocationContext } from '@azure/functions';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logError, logStep } from '../../shared/log.ts';

/** What was logged. */
function lines(work: (context: InvocationContext) => void): string[] {
  const written: string[] = [];
  const write = (line: string): void => void written.push(line);
  work({ log: write, error: write } as unknown as InvocationContext);
  return written;
}

it('a step is one line of JSON, whatever stands in it', () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\r\nb', '"}\n{"step":"forged"', '\u2028'));
  fc.assert(
    fc.property(hostile, hostile, (value, name) => {
      const [line = '', ...more] = lines((context) => logStep(context, { step: 'a step', [`x${name}`]: value }));
      expect(more).toEqual([]);
      expect(line).not.toMatch(/[\r\n]/);
      expect(JSON.parse(line)).toEqual({ step: 'a step', [`x${name}`]: value });
    }),
  );
});

it('an error is logged with its causes, without stacks, and within a limit of length', () => {
  const cause = new TypeError(`the cause ${'x'.repeat(1_000)}\nsecond line`);
  const [line = ''] = lines((context) =>
    logError(context, { step: 'a step', error: new Error('it broke', { cause }) }),
  );
  const { error } = JSON.parse(line) as { error: string };
  expect(error).toMatch(/^Error: it broke; because TypeError: the cause x+$/);
  expect(error.length).toBeLessThan(400);
  expect(line).not.toContain('log.test.ts');
});
