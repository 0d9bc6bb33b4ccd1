import { expect, test } from 'vitest';
import { parseRetryPolicy, withRetries } from '../../../../local/functions-host/timer/retryPolicy.ts';

test('a fixed delay is the same before every retry', () => {
  const policy = parseRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: 4, delayInterval: { seconds: 5 } });
  expect([1, 2, 3].map((retry) => policy.delayMs(retry, 0.9))).toEqual([5000, 5000, 5000]);
});

test('exponential backoff doubles from its minimum to its maximum', () => {
  const policy = parseRetryPolicy({
    retryStrategy: 'exponentialBackoff',
    maxRetryCount: 5,
    minimumInterval: { seconds: 1 },
    maximumInterval: { seconds: 6 },
  });
  expect([1, 2, 3, 4].map((retry) => policy.delayMs(retry, 0.5))).toEqual([1000, 2000, 4000, 6000]);
  expect(policy.delayMs(1, 0)).toBe(800);
});

test('retries end with the last error, and each gets the number of retries so far', async () => {
  const seen: object[] = [];
  const policy = parseRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 0 } });
  const run = withRetries(
    policy,
    'nightly',
    async (context) => {
      const [, reported = 'none'] =
        /Result: Failure\nException: (.*)\nStack: /.exec(context?.exception?.message ?? '') ?? [];
      seen.push({ retryCount: context?.retryCount, maxRetryCount: context?.maxRetryCount, reported });
      throw new Error(`attempt ${seen.length}`);
    },
    async () => true,
  );
  await expect(run).rejects.toThrow('attempt 3');
  expect(seen).toEqual([
    { retryCount: 0, maxRetryCount: 2, reported: 'none' },
    { retryCount: 1, maxRetryCount: 2, reported: 'attempt 1' },
    { retryCount: 2, maxRetryCount: 2, reported: 'attempt 2' },
  ]);
});

test('a function without a policy gets no retry context', async () => {
  const seen: unknown[] = [];
  const run = withRetries(
    parseRetryPolicy(undefined),
    'nightly',
    async (context) => {
      seen.push(context);
      throw new Error('once');
    },
    async () => true,
  );
  await expect(run).rejects.toThrow('once');
  expect(seen).toEqual([undefined]);
});

test('a count of -1 retries until the wait says no', async () => {
  const policy = parseRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 0 } });
  let attempts = 0;
  const run = withRetries(
    policy,
    'nightly',
    async () => {
      attempts++;
      throw new Error('always');
    },
    async (retry) => retry < 50,
  );
  await expect(run).rejects.toThrow('always');
  expect(attempts).toBe(50);
});
