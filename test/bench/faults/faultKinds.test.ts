import { expect, it } from 'vitest';
import {
  allKinds,
  describeKinds,
  type FaultKind,
  type KindCounts,
  neverHappened,
} from '../../../bench/faults/faultKinds.ts';
import { graphFaultKinds, graphFaults, steadyFaults } from '../../../bench/faults/faultRates.ts';

const counts = (changes: Partial<KindCounts>): KindCounts => {
  const all = Object.fromEntries(allKinds.map((kind) => [kind, 1])) as Record<FaultKind, number>;
  return { ...all, ...changes };
};

it('names the planned kinds that never happened', () => {
  expect(neverHappened(allKinds, counts({}))).toEqual([]);
  expect(neverHappened(allKinds, counts({ lateWrite: 0, item401: 0 }))).toEqual(['item401', 'lateWrite']);
  expect(neverHappened(['item401'], counts({ lateWrite: 0 }))).toEqual([]);
});

it('has a line with a number for each kind', () => {
  const lines = describeKinds(allKinds, counts({ lateWrite: 12 }));
  expect(lines).toHaveLength(allKinds.length);
  expect(lines.find((line) => line.includes('lateWrite'))).toMatch(/^ +12 /);
});

it('names each rule of Graph after its kind, so that the simulator counts by kind', () => {
  const rules = [...graphFaults('high'), ...steadyFaults(() => 0.5, { envelopes: 40, items: 400, writes: 100 })];
  for (const kind of graphFaultKinds) {
    expect(allKinds).toContain(kind);
    expect(rules.filter(({ id }) => id?.startsWith(`${kind}/`))).toHaveLength(2);
  }
});

it('lets each steady fault happen before a third of the expected requests', () => {
  for (const { after = 0, match } of steadyFaults(() => 0.99, { envelopes: 40, items: 400, writes: 100 }))
    expect(after, JSON.stringify(match)).toBeLessThan(match?.batchItem === false ? 14 : 134);
});
