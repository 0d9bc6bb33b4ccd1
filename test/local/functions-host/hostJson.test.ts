import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { parseHostJson } from '../../../local/functions-host/hostJson.ts';

test('what host.json leaves out has the defaults of the real host', () => {
  expect(parseHostJson({ version: '2.0' })).toEqual({
    routePrefix: 'api',
    functionTimeoutMs: 1_800_000,
    openTelemetry: false,
    logLevels: {},
    serviceBus: {
      autoCompleteMessages: true,
      maxAutoLockRenewalMs: 300_000,
      maxConcurrentCalls: 16 * availableParallelism(),
      maxConcurrentSessions: 8,
      maxConcurrentCallsPerSession: 1,
      sessionIdleMs: 60_000,
      retry: { mode: 'exponential', maxRetries: 3, delayMs: 800, maxDelayMs: 60_000, tryTimeoutMs: 60_000 },
    },
  });
});

test('what it has is honoured, and the unknown is ignored', () => {
  const parsed = parseHostJson({
    functionTimeout: '-1',
    telemetryMode: 'OpenTelemetry',
    logging: { logLevel: { default: 'Warning' }, other: 1 },
    extensions: {
      http: { routePrefix: '' },
      queues: {},
      serviceBus: {
        maxConcurrentSessions: 32,
        sessionIdleTimeout: '00:00:01',
        maxAutoLockRenewalDuration: '00:10:00',
        clientRetryOptions: { mode: 'fixed', delay: '00:00:00.8', tryTimeout: '00:00:30' },
      },
    },
  });
  expect(parsed).toMatchObject({ routePrefix: '', functionTimeoutMs: undefined, openTelemetry: true });
  expect(parsed.logLevels).toEqual({ default: 'warning' });
  expect(parsed.serviceBus).toMatchObject({
    maxConcurrentSessions: 32,
    sessionIdleMs: 1000,
    maxAutoLockRenewalMs: 600_000,
    retry: { mode: 'fixed', delayMs: 800, tryTimeoutMs: 30_000 },
  });
});

test.each([
  [{ functionTimeout: '5 minutes' }, /functionTimeoutMs/],
  [{ extensions: { serviceBus: { maxConcurrentCalls: 0 } } }, /maxConcurrentCalls/],
  [{ logging: { logLevel: { default: 'Loud' } } }, /logLevels/],
])('%j is refused', (json, message) => {
  expect(() => parseHostJson(json)).toThrow(message);
});
