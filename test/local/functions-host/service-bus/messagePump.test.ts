import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { type Outcome, pumpMessages } from '../../../../local/functions-host/service-bus/messagePump.ts';
import { waitUntil } from '../../../support/waitUntil.ts';

type Parts = Parameters<typeof pumpMessages>[0];

// A receiver of its own making: that two dispositions leave in one frame depends on the moment, and cannot be arranged
// with a real one.
function setUp(messages: string[], process: (id: string) => Promise<Outcome>) {
  const settlements: { id: string; outcome: Outcome; done: () => void }[] = [];
  const failures: string[] = [];
  const lost = new AbortController();
  const stop = new AbortController();
  const settle = (outcome: Outcome) => (message: ServiceBusReceivedMessage) =>
    new Promise<void>((done) => settlements.push({ id: String(message.messageId), outcome, done }));
  const nothing = new Promise<never>(() => {});
  const parts: Parts = {
    open: async () => ({
      receiver: {
        receiveMessages: async () => {
          const messageId = messages.shift();
          return messageId ? [{ messageId } as ServiceBusReceivedMessage] : nothing;
        },
        completeMessage: settle('complete'),
        abandonMessage: settle('abandon'),
        renewMessageLock: async () => new Date(Date.now() + 60_000),
      },
      renewLocksForMs: 0,
      lost: lost.signal,
      close: async () => {},
    }),
    maxConcurrentCalls: 10,
    waitMs: 1000,
    stop: stop.signal,
    process: (message) => process(String(message.messageId)),
    leave: () => false,
    leaveWhenIdle: false,
    leaveAfterError: async () => true,
    received: () => {},
    settleFailed: (message, outcome, error) => failures.push(`${outcome} ${message.messageId}: ${error}`),
  };
  return { settlements, failures, lost, pumping: pumpMessages(parts) };
}

test('settlements wait for one another', async () => {
  const outcomes: Record<string, Outcome> = { a: 'complete', b: 'abandon', c: 'complete' };
  const { settlements } = setUp(['a', 'b', 'c'], async (id) => outcomes[id] as Outcome);
  const settled: string[] = [];
  for (let at = 0; at < 3; at++) {
    const { id, outcome, done } = await waitUntil(() => settlements[at]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(settlements).toHaveLength(at + 1);
    settled.push(`${outcome} ${id}`);
    done();
  }
  expect(settled).toEqual(['complete a', 'abandon b', 'complete c']);
});

test('a settlement that a lost connection leaves unanswered is made once more', async () => {
  const { settlements, failures, lost, pumping } = setUp(['a'], async () => 'complete');
  await waitUntil(() => settlements.length === 1);
  lost.abort(new Error('the connection was lost'));
  const again = await waitUntil(() => settlements[1]);
  expect(again).toMatchObject({ id: 'a', outcome: 'complete' });
  again.done();
  await pumping;
  expect(failures).toEqual([]);
});
