import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../../../local/functions-host/timer/schedule.ts';

const next = (schedule: string, after: string): string | undefined =>
  parseSchedule(schedule).next(new Date(after))?.toISOString();

describe('an NCRONTAB schedule', () => {
  test.each([
    ['0 */5 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00.000Z'],
    ['0 0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['30 0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:30.000Z'],
    ['0 0 9 * * MON-FRI', '2026-11-27T10:00:00Z', '2026-11-30T09:00:00.000Z'],
    ['0 30 9 * Jan Mon', '2026-01-06T00:00:00Z', '2026-01-12T09:30:00.000Z'],
    ['0 5/15 * * * *', '2026-01-01T00:06:00Z', '2026-01-01T00:20:00.000Z'],
    ['*/5 * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:05:00.000Z'],
    ['0 0 0 * * 0', '2026-11-25T00:00:00Z', '2026-11-29T00:00:00.000Z'],
  ])('%s after %s fires at %s', (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  test('fires when day of month and day of week both fit, not when one does', () => {
    expect(next('0 0 0 13 * 5', '2026-01-01T00:00:00Z')).toBe('2026-02-13T00:00:00.000Z');
  });

  test.each(['* * * *', '* * * * * * *', '0 0 0 * * 7', '0 0 0 * * 5-7', '0 0 0 L * *', '0 0 0 ? * *', '0 60 * * * *'])(
    '%s is refused',
    (schedule) => {
      expect(() => parseSchedule(schedule)).toThrow(/The schedule/);
    },
  );
});

describe('a time span', () => {
  test('fires after each interval', () => {
    expect(next('01:30:00', '2026-01-01T00:00:00Z')).toBe('2026-01-01T01:30:00.000Z');
    expect(next('1.00:00:00', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(parseSchedule('00:00:01').adjustForDaylightSaving).toBe(false);
  });

  test.each(['00:00:00', '24:00:00', '00:61:00'])('%s is refused', (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow();
  });
});
