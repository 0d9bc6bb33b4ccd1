import { expect, test } from 'vitest';
import queues from '../../../infra/queues.json' with { type: 'json' };
import { parseDuration } from '../../../local/service-bus/duration.ts';
import { defaultQueueSettings, readLockDuration, readQueueSettings } from '../../../local/service-bus/settings.ts';

test('the queues of the deployment can be read', () => {
  expect(Object.keys(readQueueSettings(queues))).toEqual(Object.keys(queues));
});

test('properties of Azure become settings in milliseconds', () => {
  const settings = readQueueSettings({
    q: {
      requiresSession: true,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'P1D',
      lockDuration: 'PT5M',
      maxDeliveryCount: 7,
      defaultMessageTimeToLive: 'P14D',
      deadLetteringOnMessageExpiration: true,
    },
  });
  expect(settings.q).toEqual({
    lockDurationMs: 300_000,
    requiresSession: true,
    duplicateWindowMs: 86_400_000,
    maxDeliveryCount: 7,
    timeToLiveMs: 14 * 86_400_000,
    deadLetterExpired: true,
  });
});

test('what is not said is as in Azure', () => {
  expect(readQueueSettings({ q: {} })).toEqual({ q: defaultQueueSettings });
});

test('everything that is wrong is named', () => {
  const wrong = { q: { lockDuration: 'PT6M', maxDeliveryCount: 0, requireSession: true } };
  expect(() => readQueueSettings(wrong)).toThrow(/q\.lockDuration[\s\S]*q\.maxDeliveryCount|requireSession/);
  expect(() => readQueueSettings(wrong)).toThrow(/requireSession/);
  expect(() => readQueueSettings([])).toThrow(/not valid/);
  expect(() => readLockDuration('ten seconds')).toThrow(/not 'ten seconds'/);
});

test.each([
  ['PT0S', 0],
  ['PT1.5S', 1500],
  ['PT1H2M3S', 3_723_000],
  ['P1DT12H', 129_600_000],
  ['P10675199DT2H48M5.4775807S', 922_337_203_685_478],
])('%s is a duration', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', 'P', 'PT', 'P1DT', '5M', 'PT5', 'PT-5M', 'P1Y'])("'%s' is no duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
