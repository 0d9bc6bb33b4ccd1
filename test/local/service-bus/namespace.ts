import { ServiceBusClient, type ServiceBusClientOptions, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, onTestFinished } from 'vitest';
import type { ServiceBusEmulator, ServiceBusEmulatorOptions } from '../../../local/service-bus/emulator.ts';
import type { QueueSettings } from '../../../local/service-bus/settings.ts';
import { startEmulator } from './startEmulator.ts';

/** How long something may take that happens at once on an idle machine. */
export const WITHIN_MS = 20_000;

/** How long a receiver waits to find that there is nothing. */
export const BRIEFLY = { maxWaitTimeInMs: 100 };

export const PATIENTLY = { maxWaitTimeInMs: WITHIN_MS };

export interface TestNamespace {
  readonly emulator: ServiceBusEmulator;
  readonly client: ServiceBusClient;
  /** The emulator's time, which only moves by `advance`. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

/** Starts an emulator with these queues and a client, for the length of one test. */
export async function startNamespace(
  queues: Record<string, Partial<QueueSettings>>,
  options: Partial<ServiceBusEmulatorOptions> = {},
): Promise<TestNamespace> {
  let now = Date.now();
  const emulator = await startEmulator(queues, { ...options, clock: () => now });
  return {
    emulator,
    client: connect(emulator),
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** Connects a client to an emulator, for the length of one test. It does not try again what failed, by default. */
export function connect(emulator: ServiceBusEmulator, options?: ServiceBusClientOptions): ServiceBusClient {
  return clientOf(emulator.connectionString, options);
}

/** Likewise, by a connection string. */
export function clientOf(connectionString: string, options?: ServiceBusClientOptions): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: WITHIN_MS },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** The only message in what was received. */
export function only(messages: readonly ServiceBusReceivedMessage[]): ServiceBusReceivedMessage {
  expect(messages).toHaveLength(1);
  return messages[0] as ServiceBusReceivedMessage;
}
