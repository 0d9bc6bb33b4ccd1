import { expect, test } from 'vitest';
import { isDisabled, resolveSettings } from '../../../local/functions-host/settings.ts';

const where = { functionName: 'tick', property: 'schedule' };

test('settings stand where %NAME% was, as often as it was', () => {
  expect(resolveSettings('%A%/x/%B.c%', { A: '1', 'B.c': '2' }, where)).toBe('1/x/2');
  expect(resolveSettings('100 % of it', {}, where)).toBe('100 % of it');
});

test('a setting that is missing is named with its function and property', () => {
  expect(() => resolveSettings('%A%', {}, where)).toThrow(
    `Function 'tick': 'schedule' is "%A%", but there is no setting A, or it is empty.`,
  );
  expect(() => resolveSettings('%A%', { A: '' }, where)).toThrow('there is no setting A, or it is empty');
});

test('names of settings are found whatever their case, and in the spelling without colons', () => {
  expect(resolveSettings('%schedule% %A:B%', { Schedule: '1', A__B: '2' }, where)).toBe('1 2');
});

test('a function is disabled by a setting of its name', () => {
  expect(isDisabled('tick', { 'AzureWebJobs.tick.Disabled': 'True' })).toBe(true);
  expect(isDisabled('tick', { 'AzureWebJobs.tick.Disabled': '1' })).toBe(true);
  expect(isDisabled('tick', { 'AzureWebJobs.tick.Disabled': 'false' })).toBe(false);
  expect(isDisabled('tick', { 'AzureWebJobs.tock.Disabled': 'true' })).toBe(false);
  expect(isDisabled('tick', { AzureWebJobs_tick_Disabled: 'true' })).toBe(true);
  expect(isDisabled('tick', { AzureWebJobs_tock_Disabled: 'true' })).toBe(false);
});
