import type { TransactionAction } from '@azure/data-tables';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLongText, fromSplitText, toLongText, toSplitText } from '../../../shared/tables/splitText.ts';
import { cutTransactions } from '../../../shared/tables/transaction.ts';

describe('wide text', () => {
  it('reads back whatever JSON it spread, in properties that Table Storage takes', () => {
    const anyLength = fc.string({ unit: fc.constantFrom('a', '"', 'ä', '💥', '\n'), maxLength: 100_000, size: 'max' });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyLength), (value) => {
        const row = toSplitText('page', value);
        expect(fromSplitText('page', row)).toEqual(JSON.parse(JSON.stringify(value)));
        for (const text of Object.values(row)) {
          expect(text.length).toBeLessThanOrEqual(32_768);
          expect(Buffer.from(text).toString()).toBe(text); // as it arrives, in UTF-8
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is usually one property with the bare name, and continues in others when it is long', () => {
    expect(toLongText('users', ['a'])).toEqual({ users: '["a"]' });
    const long = 'x'.repeat(80_000);
    expect(Object.keys(toLongText('users', long))).toEqual(['users', 'users1', 'users2']);
    expect(fromLongText('users', toLongText('users', long))).toBe(long);
    expect(fromLongText('users', { users0: '1' })).toBeUndefined();
  });

  it('is undefined where nothing was spread', () => {
    expect(fromSplitText('page', { other0: '1' })).toBeUndefined();
  });
});

describe('cutTransactions', () => {
  const action = (length: number): TransactionAction => [
    'upsert',
    { partitionKey: 'p', rowKey: 'r', text: 'x'.repeat(length) },
    'Replace',
  ];

  it('keeps every change and their order, within the limits of Table Storage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 20 }),
        fc.nat({ max: 250 }),
        (large, n) => {
          const actions = [...large.map(action), ...Array.from({ length: n }, () => action(10))];
          const cut = cutTransactions(actions);
          expect(cut.flat()).toEqual(actions);
          for (const transaction of cut) {
            expect(transaction.length).toBeLessThanOrEqual(100);
            const bytes = transaction.reduce((sum, [, row]) => sum + JSON.stringify(row).length, 0);
            expect(bytes).toBeLessThan(4 * 1024 * 1024);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('makes no more transactions than needed', () => {
    expect(cutTransactions([])).toEqual([]);
    expect(cutTransactions(Array.from({ length: 200 }, () => action(10)))).toHaveLength(2);
  });
});
