import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { toHostConfiguration } from '../../../local/functions-host/hostConfiguration.ts';
import { HostError } from '../../../local/functions-host/hostError.ts';
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
    serviceBusProblem: undefined,
    singleton: { listenerLockPeriodMs: 60_000, recoveryPollingMs: 60_000 },
  });
});

test('what it has is honoured, and the unknown is ignored', () => {
  const parsed = parseHostJson({
    version: '2.0',
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

test('letter case does not matter, and a value in quotes is as good as one without', () => {
  const parsed = parseHostJson({
    version: '2.0',
    FunctionTimeout: '00:01',
    Logging: { LogLevel: { 'Function.Tick': 'ERROR', Host: 3 } },
    extensions: { HTTP: { routeprefix: 7 }, serviceBus: { maxConcurrentCalls: '4', autoCompleteMessages: 'false' } },
  });
  expect(parsed).toMatchObject({
    routePrefix: '7',
    functionTimeoutMs: 60_000,
    logLevels: { 'function.tick': 'error', host: 'warning' },
    serviceBus: { maxConcurrentCalls: 4, autoCompleteMessages: false },
  });
});

test.each([
  ['[]', /must hold an object in braces/],
  ['7', /must hold an object in braces/],
  ['{"functionTimeout":"00:05:00"}', /has no "version"; it must be "2\.0"/],
  ['{"version":2.0}', /"version" of host\.json is 2; it must be "2\.0", in quotes/],
  [
    '{"version":"2.0","functionTimeout":"5 minutes"}',
    /'functionTimeout' of host\.json: "5 minutes" is not a time span/,
  ],
  ['{"version":"2.0","functionTimeout":"-00:01:00"}', /"-00:01:00" is not between 00:00:01 and/],
  ['{"version":"2.0","functionTimeout":"00:00:00.5"}', /"00:00:00\.5" is not between 00:00:01 and/],
  ['{"version":"2.0","functionTimeout":60}', /"60" is not between .*A plain number is read as days/],
  ['{"version":"2.0","functionTimeout":"00:61:00"}', /"00:61:00" is not a time span/],
  [
    '{"version":"2.0","logging":{"logLevel":{"default":"Loud"}}}',
    /'logging\.logLevel\.default' .*"Loud" is not a level/,
  ],
])('%s keeps the host from running, and the message says what to write', (text, message) => {
  expect(() => parseHostJson(JSON.parse(text))).toThrow(HostError);
  expect(() => parseHostJson(JSON.parse(text))).toThrow(message);
});

test.each([
  [{ maxConcurrentCalls: 0 }, /'extensions\.serviceBus\.maxConcurrentCalls' of host\.json: "0" must be above zero/],
  [{ maxConcurrentSessions: -1 }, /"-1" must be above zero/],
  [{ maxConcurrentCallsPerSession: 'many' }, /"many" is not a whole number/],
  [{ maxConcurrentCalls: 2.5 }, /"2\.5" is not a whole number/],
  [{ autoCompleteMessages: 'yes' }, /"yes" is neither true nor false/],
  [{ maxAutoLockRenewalDuration: 'long' }, /"long" is not a time span/],
  [{ sessionIdleTimeout: '00:00:00' }, /must be above zero/],
  [{ clientRetryOptions: { mode: 'never' } }, /clientRetryOptions\.mode' .*neither "exponential" nor "fixed"/],
  [{ clientRetryOptions: { maxRetries: -1 } }, /must not be below zero/],
])('Service Bus: %j is a problem of apps that use it', (serviceBus, message) => {
  const { serviceBusProblem, routePrefix } = parseHostJson({ version: '2.0', extensions: { serviceBus } });
  expect(serviceBusProblem?.message).toMatch(message);
  expect(routePrefix).toBe('api');
});

test('settings replace values of the file', async () => {
  const values = toHostConfiguration(
    { version: '2.0', functionTimeout: '00:05:00' },
    {
      AzureFunctionsJobHost__functionTimeout: '00:01:00',
      AzureFunctionsJobHost__logging__logLevel__default: 'Debug',
    },
  );
  expect(values.get('functionTimeout')).toMatchObject({
    text: '00:01:00',
    name: 'the setting AzureFunctionsJobHost__functionTimeout',
  });
  expect(values.below('logging:logLevel')).toEqual([['default', expect.objectContaining({ text: 'Debug' })]]);
});
