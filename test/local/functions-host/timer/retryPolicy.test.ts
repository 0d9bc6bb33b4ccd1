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

test('retries end with the last error, and each is told how many there were', async () => {
  const seen: (number | undefined)[] = [];
  const policy = parseRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 0 } });
  const run = withRetries(
    policy,
    async (context) => {
      seen.push(context?.retryCount);
      throw new Error(`${context?.exception?.message ?? 'none'}!`);
    },
    async () => true,
  );
  await expect(run).rejects.toThrow('none!!!');
  expect(seen).toEqual([undefined, 1, 2]);
});

test('a count of -1 retries until the wait says no', async () => {
  const policy = parseRetryPolicy({ retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 0 } });
  let attempts = 0;
  const run = withRetries(
    policy,
    async () => {
      attempts++;
      throw new Error('always');
    },
    async (retry) => retry < 50,
  );
  await expect(run).rejects.toThrow('always');
  expect(attempts).toBe(50);
});
