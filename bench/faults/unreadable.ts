import { setTimeout as delay } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';

/** Sends messages that no version of the app can read. */
export interface UnreadableSender {
  /** Tries again until the message is sent: there may be an outage. */
  send(queue: string): Promise<void>;
  close(): Promise<void>;
}

const ATTEMPTS = 100;
const PAUSE_MS = 1_000;

/** @param connectionString of the namespace */
export function unreadableSender(connectionString: string): UnreadableSender {
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
  const sendOnce = async (queue: string): Promise<void> => {
    const sender = client.createSender(queue);
    try {
      await sender.sendMessages({
        body: { version: 'none' },
        sessionId: 'unreadable',
        contentType: 'application/json',
      });
    } finally {
      await sender.close();
    }
  };
  return {
    send: async (queue) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await sendOnce(queue);
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
          await delay(PAUSE_MS);
        }
      }
    },
    close: () => client.close(),
  };
}
