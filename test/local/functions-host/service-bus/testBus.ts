import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import { startTestHost, type TestHost } from '../testHost.ts';

/** The instruction to the fixture app in a message. */
export interface Work {
  readonly id: string;
  /** Milliseconds. */
  readonly wait?: number;
  /** Ends at the same moment as the other message that says so. */
  readonly meet?: boolean;
  /** Ends when all that hold are released. */
  readonly hold?: boolean;
  readonly fail?: boolean;
}

export interface Received {
  readonly queue: string;
  readonly message: Work;
  readonly metadata: Record<string, unknown>;
}

interface State {
  readonly received: Received[];
  readonly highest: Record<string, number>;
}

/** A host with the fixture app on an emulator, and a client to look at it from outside. */
export interface TestBus {
  readonly host: TestHost;
  readonly emulator: ServiceBusEmulator;
  send(queue: string, ...messages: ServiceBusMessage[]): Promise<void>;
  state(): Promise<State>;
  /** Lets go of all that hold. */
  release(): Promise<void>;
  received(queue: string): Promise<Received[]>;
  receivedIds(queue: string): Promise<string[]>;
  /** How many messages are in the queue, locked or not. */
  left(queue: string, subQueue?: 'deadLetter'): Promise<number>;
  stop(): Promise<void>;
}

export const queues = {
  plain: { lockDurationMs: 2000, maxDeliveryCount: 3 },
  lanes: { requiresSession: true, lockDurationMs: 2000, maxDeliveryCount: 3 },
};

export const work = (body: Work, sessionId?: string): ServiceBusMessage => ({ body, messageId: body.id, sessionId });

export async function startTestBus(
  options: { deadLetters?: boolean; args?: string[]; settings?: Readonly<Record<string, string>> } = {},
): Promise<TestBus> {
  const emulator = await startServiceBusEmulator({ queues });
  const client = new ServiceBusClient(emulator.connectionString);
  const host = await startTestHost('bus', {
    env: {
      Bus: emulator.connectionString,
      PLAIN_QUEUE: 'plain',
      'AzureWebJobs.plainDeadLetterQueue.Disabled': String(!options.deadLetters),
      ...options.settings,
    },
    args: options.args ?? [],
  });
  const state = (): Promise<State> => host.json('/api/state');
  const received = async (queue: string) => (await state()).received.filter((entry) => entry.queue === queue);
  return {
    host,
    emulator,
    state,
    release: async () => {
      await fetch(`${host.url}/api/release`, { method: 'POST' });
    },
    received,
    receivedIds: async (queue) => (await received(queue)).map(({ message }) => message.id),
    async send(queue, ...messages) {
      // Over a connection of its own: one that a test has broken would keep the sender waiting for a minute.
      const sending = new ServiceBusClient(emulator.connectionString);
      await sending.createSender(queue).sendMessages(messages);
      await sending.close();
    },
    async left(queue, subQueueType) {
      const receiver = client.createReceiver(queue, { subQueueType });
      const messages = await receiver.peekMessages(100);
      await receiver.close();
      return messages.length;
    },
    async stop() {
      await host.child.stop();
      await client.close();
      await emulator.close();
    },
  };
}
