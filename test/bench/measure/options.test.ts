import { expect, test } from 'vitest';
import { benchmarkNames, readOptions } from '../../../bench/measure/options.ts';
import { UsageError } from '../../../local/options.ts';

test('Without a name, all are run.', () => {
  expect(readOptions([]).names).toEqual(benchmarkNames);
  expect(readOptions(['all', '--json'])).toMatchObject({ names: benchmarkNames, json: true, record: false });
});

test('One can be run alone.', () => {
  expect(readOptions(['pace', '--record'])).toMatchObject({ names: ['pace'], record: true });
});

test.each([[['fast']], [['pace', 'apply']], [['--fast']], [['--record', '--small']]])('%j is refused.', (args) => {
  expect(() => readOptions(args)).toThrow(UsageError);
});
