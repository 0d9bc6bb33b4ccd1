import rhea, { type Connection, type EventContext, type Receiver, type Sender } from 'rhea';
import { onTestFinished } from 'vitest';
import type { ServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';

/** A client that speaks AMQP without the habits of the SDK. */
export function connect(emulator: ServiceBusEmulator, options: object = {}): Connection {
  const connection = rhea
    .create_container()
    .connect({ port: emulator.port, host: '127.0.0.1', username: 'me', reconnect: false, ...options });
  connection.on('disconnected', () => {});
  onTestFinished(() => connection.close());
  return connection;
}

export function once(emitter: Connection | Receiver | Sender, event: string): Promise<EventContext> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

/** A receiver that gets as many messages as it asks for, and settles none by itself. */
export function receiveByHand(connection: Connection, queue = 'q'): Receiver {
  return connection.open_receiver({ source: queue, credit_window: 0, autoaccept: false });
}

export async function send(connection: Connection, queue: string, ...messages: object[]): Promise<void> {
  const sender = connection.open_sender(queue);
  await once(sender, 'sendable');
  for (const message of messages) {
    sender.send(message as never);
    await once(sender, 'accepted');
  }
  sender.close();
}

/** Asks the management node of a queue. */
export async function manage(connection: Connection, queue: string, operation: string, body: object) {
  const replies = connection.open_receiver({ source: `${queue}/$management`, target: { address: 'my-replies' } });
  const requests = connection.open_sender(`${queue}/$management`);
  await once(requests, 'sendable');
  requests.send({ message_id: 1, reply_to: 'my-replies', application_properties: { operation }, body } as never);
  const { message } = await once(replies, 'message');
  replies.close();
  requests.close();
  return { status: message?.application_properties?.statusCode, body: message?.body, message };
}
