import { expect, it } from 'vitest';
import { causesOf } from '../../../bench/outages/causes.ts';

const line = (error: string): string => `… error planStateChange id | ${JSON.stringify({ step: 'x', error })}`;

it('counts errors that name the cause, and keeps those without a text', () => {
  const causes = causesOf(/\b503\b/);
  causes.read('host', line('RestError (503): The server is "busy".'));
  causes.read('host', line('AggregateError: [RestError (503) | RestError (503)]'));
  causes.read('host', '… warning {"step":"graph","status":503,"code":"ServiceUnavailable"}');
  causes.read('host', line('AggregateError: '));
  causes.read('host', line('Error'));
  causes.read('host', '… information {"step":"requestStateChange","status":503}');
  causes.read('azurite', line('RestError (503): x'));
  expect(causes.named).toBe(3);
  expect(causes.nameless).toEqual([line('AggregateError: '), line('Error')]);
});
