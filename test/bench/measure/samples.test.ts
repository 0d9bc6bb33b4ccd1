import { expect, test } from 'vitest';
import { median, percentile, shown, spreadOf } from '../../../bench/measure/samples.ts';

test('The median is the middle one in order, or lies between the middle two.', () => {
  expect(median([10, 9, 100])).toBe(10);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('A percentile is a sample that was measured, by its rank.', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 0.5)).toBe(50);
  expect(percentile(samples, 0.99)).toBe(99);
  expect(percentile(samples, 1)).toBe(100);
  expect(percentile([7], 0.01)).toBe(7);
});

test('A spread says how far the samples are from their middle.', () => {
  expect(spreadOf([3, 1.23456, 2])).toEqual({ median: 2, min: 1.235, max: 3, runs: 3 });
});

test('Nothing can be said of no samples.', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

test('A number keeps its digits before the point, and four in all.', () => {
  expect([12_345.6, 999.96, 0.012_345].map(shown)).toEqual([12_346, 1_000, 0.012_35]);
});
