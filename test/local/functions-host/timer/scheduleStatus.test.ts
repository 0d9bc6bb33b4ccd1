import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../../../local/functions-host/timer/schedule.ts';
import {
  parseStatus,
  serialiseStatus,
  startStatus,
  statusAfter,
} from '../../../../local/functions-host/timer/scheduleStatus.ts';

const hourly = parseSchedule('0 0 * * * *');
const at = (time: string): Date => new Date(`2026-01-01T${time}Z`);
const ran = (time: string) => ({ last: at(time), next: hourly.next(at(time)), lastUpdated: at(time) });

describe('a timer that starts', () => {
  test('for the first time waits for its next occurrence, and stores that it does', () => {
    expect(startStatus(undefined, hourly, at('10:20:00'))).toEqual({
      status: { last: undefined, next: at('11:00:00'), lastUpdated: undefined },
      toStore: { last: undefined, next: at('11:00:00'), lastUpdated: at('10:20:00') },
      isPastDue: false,
    });
  });

  test('before the next occurrence is not late', () => {
    const stored = ran('10:00:00');
    expect(startStatus(stored, hourly, at('10:59:59'))).toEqual({
      status: stored,
      toStore: undefined,
      isPastDue: false,
    });
  });

  test('after it missed some is late', () => {
    const stored = ran('10:00:00');
    expect(startStatus(stored, hourly, at('13:30:00'))).toEqual({
      status: stored,
      toStore: undefined,
      isPastDue: true,
    });
  });

  test('after it missed its very first occurrence is not late, because the schedule counts from now', () => {
    const stored = { last: undefined, next: at('10:00:00'), lastUpdated: at('09:30:00') };
    const fresh = { last: undefined, next: at('11:00:00'), lastUpdated: at('10:20:00') };
    expect(startStatus(stored, hourly, at('10:20:00'))).toEqual({ status: fresh, toStore: fresh, isPastDue: false });
  });

  test('with another schedule starts again instead of being late', () => {
    const nightly = parseSchedule('0 0 3 * * *');
    const fresh = { last: undefined, next: new Date('2026-01-02T03:00:00Z'), lastUpdated: at('10:00:00') };
    expect(startStatus(ran('10:00:00'), nightly, at('13:30:00'))).toEqual({
      status: fresh,
      toStore: fresh,
      isPastDue: false,
    });
  });
});

test('a timer that fires a little early does not find the same occurrence again', () => {
  const before = { last: undefined, next: at('11:00:00'), lastUpdated: undefined };
  expect(statusAfter(before, at('10:59:59.998'), true, hourly).next).toEqual(at('12:00:00'));
  expect(statusAfter(before, at('10:30:00'), false, hourly).next).toEqual(at('11:00:00'));
});

test('a status is stored in the spelling of .NET', () => {
  const status = { last: at('10:00:00.120'), next: undefined, lastUpdated: at('10:00:00') };
  const stored = serialiseStatus(status);
  expect(stored).toEqual({
    Last: '2026-01-01T10:00:00.12+00:00',
    Next: '0001-01-01T00:00:00+00:00',
    LastUpdated: '2026-01-01T10:00:00+00:00',
  });
  expect(parseStatus(JSON.stringify(stored))).toEqual(status);
  expect(() => parseStatus('{}')).toThrow('not a time');
});
