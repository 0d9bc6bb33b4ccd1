import { expect, test } from 'vitest';
import { looksLikeTimeSpan, parseTimeSpan } from '../../../local/functions-host/timeSpan.ts';

test.each([
  ['00:00:01', 1_000],
  ['00:00:00.8', 800],
  ['01:30', 90 * 60_000],
  ['1.02:03:04', ((26 * 60 + 3) * 60 + 4) * 1000],
  ['1:02:03:04.5', ((26 * 60 + 3) * 60 + 4.5) * 1000],
  ['1:02:03', ((60 + 2) * 60 + 3) * 1000],
  ['60', 60 * 24 * 3_600_000],
  ['-00:01:00', -60_000],
  ['-1', -24 * 3_600_000],
  [' 00:05:00 ', 300_000],
])('%j is %d ms', (text, ms) => {
  expect(parseTimeSpan(text)).toBe(ms);
});

test.each(['', 'soon', '24:00:00', '00:60:00', '00:00:60', '1.5', '00:00:00.12345678', '1:2:3:4:5'])(
  '%j is refused',
  (text) => {
    expect(() => parseTimeSpan(text)).toThrow(/write (hh:mm:ss|days)/);
  },
);

test('a schedule of NCRONTAB does not look like one', () => {
  expect(looksLikeTimeSpan('0 */5 * * * *')).toBe(false);
  expect(looksLikeTimeSpan('00:05:00')).toBe(true);
});
