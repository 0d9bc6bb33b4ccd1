import { expect, it } from 'vitest';
import { isPaceWait, turnWaitMs } from '../../../bench/faults/paceWaits.ts';

const rowOf = (grants: readonly (readonly [number, number])[]): string =>
  JSON.stringify({ PartitionKey: 'graph', RowKey: 'writes', grants: JSON.stringify(grants), heldUntil: '0' });

it('reads from a stored row how long the newest turn waits', () => {
  expect(
    turnWaitMs(
      rowOf([
        [1_000, 20],
        [6_500, 3],
      ]),
      5_000,
    ),
  ).toBe(1_500);
  expect(turnWaitMs(rowOf([[1_000, 20]]), 5_000)).toBe(0);
  expect(isPaceWait(rowOf([[6_500, 3]]), 5_000)).toBe(true);
  expect(isPaceWait(rowOf([[5_500, 3]]), 5_000)).toBe(false);
});

it('finds no turn in another row', () => {
  expect(turnWaitMs(JSON.stringify({ PartitionKey: 'lane', state: 'enabled' }), 0)).toBeUndefined();
});
