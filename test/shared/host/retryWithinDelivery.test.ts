import { AggregateAuthenticationError } from '@azure/identity';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import queues from '../../../infra/queues.json' with { type: 'json' };
import { RetryLaterError, UnprocessableMessageError } from '../../../shared/errors.ts';
import { retryWithinDelivery } from '../../../shared/host/retryWithinDelivery.ts';

const BUDGET_MS = 240_000;
const MINUTE = 60_000;

/** A clock that only waits put forward, and the waits. */
function testClock() {
  let time = 0;
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    time += ms;
  };
  return { now: () => time, random: () => 0.5, wait, waits, retryBudgetMs: BUDGET_MS };
}

/** Delivers a message as Service Bus does: again at once after an error, at most as often as the queue allows. */
async function deliver(handle: (budgetMs: number) => Promise<void>, clock: ReturnType<typeof testClock>) {
  for (let delivery = 1; delivery <= queues.changes.maxDeliveryCount; delivery++) {
    try {
      await retryWithinDelivery(handle, clock, { delivery, onRetry: () => {} });
      return { delivery, isDeadLetter: false };
    } catch {
      // The queue counts it and delivers again.
    }
  }
  return { delivery: queues.changes.maxDeliveryCount, isDeadLetter: true };
}

/** What clients throw when a service is unavailable. */
const OUTAGES: readonly (readonly [string, () => Error])[] = [
  ['Table Storage answers 503', () => Object.assign(new Error('busy'), { name: 'RestError', statusCode: 503 })],
  ['Table Storage answers 403', () => Object.assign(new Error('firewall'), { name: 'RestError', statusCode: 403 })],
  ['Service Bus is busy', () => Object.assign(new Error('busy'), { name: 'MessagingError', code: 'ServerBusyError' })],
  ['fetch loses its connection', () => new TypeError('fetch failed', { cause: new Error('ECONNRESET') })],
  ['several addresses refuse', () => new AggregateError([new Error('ECONNREFUSED')])],
  ['sign-in fails', () => new AggregateAuthenticationError([new Error('ENOTFOUND')])],
  ['Graph does not answer', () => new RetryLaterError('later')],
  ['another error', () => new Error('unexpected')],
];

it.each(OUTAGES)('%s for 35 minutes: the message is handled within 20 s after the end', async (_, error) => {
  const clock = testClock();
  const end = 35 * MINUTE;
  const result = await deliver(async () => {
    if (clock.now() < end) throw error();
  }, clock);
  expect(result.isDeadLetter).toBe(false);
  expect(clock.now() - end).toBeLessThan(20_000);
});

it('an outage of any length below half an hour never makes a dead letter, also when each attempt takes long', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 * MINUTE }), fc.integer({ min: 0, max: 90_000 }), async (end, ms) => {
      const clock = testClock();
      const result = await deliver(async () => {
        const began = clock.now();
        await clock.wait(ms);
        if (began < end) throw new Error('unavailable');
      }, clock);
      expect(result.isDeadLetter).toBe(false);
    }),
  );
});

it('pauses grow within a delivery and from one delivery to the next', async () => {
  const clock = testClock();
  const failing = async (): Promise<never> => {
    throw new Error('unavailable');
  };
  await expect(retryWithinDelivery(failing, clock, { delivery: 1, onRetry: () => {} })).rejects.toThrow('unavailable');
  const [first = 0, second = 0] = clock.waits;
  expect(second).toBeGreaterThan(first);
  expect(clock.now()).toBe(BUDGET_MS);
  clock.waits.length = 0;
  await expect(retryWithinDelivery(failing, clock, { delivery: 5, onRetry: () => {} })).rejects.toThrow('unavailable');
  expect(clock.waits[0]).toBeGreaterThan(10 * first);
});

it('an attempt gets the rest of the budget, so that a delivery never takes longer than one attempt did before', async () => {
  const clock = testClock();
  const budgets: number[] = [];
  await deliver(async (budgetMs) => {
    budgets.push(budgetMs);
    await clock.wait(100_000);
    if (budgets.length < 3) throw new Error('unavailable');
  }, clock);
  expect(budgets[0]).toBe(BUDGET_MS);
  expect(budgets[1]).toBeLessThan(BUDGET_MS - 100_000);
  expect(budgets[2]).toBeLessThan(BUDGET_MS - 200_000);
});

it('a message that can never be processed is not retried', async () => {
  const clock = testClock();
  let attempts = 0;
  const handle = async (): Promise<never> => {
    attempts++;
    throw new UnprocessableMessageError('No operation has this id.');
  };
  await expect(retryWithinDelivery(handle, clock, { delivery: 1, onRetry: () => {} })).rejects.toThrow('No operation');
  expect(attempts).toBe(1);
});

it.each([() => new TypeError('undefined is not a function'), () => new RangeError('out of range')])(
  'an error of the program holds its lane for a minute at most',
  async (error) => {
    const clock = testClock();
    const result = await deliver(async () => {
      throw error();
    }, clock);
    expect(result.isDeadLetter).toBe(true);
    expect(clock.now()).toBeLessThanOrEqual(MINUTE);
  },
);
