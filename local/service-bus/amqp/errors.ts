import { randomUUID } from 'node:crypto';
import { ServiceBusFault } from '../engine/fault.ts';
import type { AmqpError } from './rheaTypes.ts';

/** The error for a client. An error that does not come from the engine means an unreadable message. */
export function amqpError(error: unknown): AmqpError {
  if (error instanceof ServiceBusFault) return { condition: error.condition, description: describe(error) };
  return { condition: 'amqp:decode-error', description: error instanceof Error ? error.message : String(error) };
}

/** The message, followed by the id and the time that Azure adds to every refusal. */
export function describe({ message }: ServiceBusFault): string {
  return `${message} TrackingId:${randomUUID()}, SystemTracker:emulator, Timestamp:${new Date().toISOString()}`;
}
