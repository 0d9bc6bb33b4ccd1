import { ServiceBusFault } from '../engine/fault.ts';
import type { AmqpError } from './rhea.ts';

/** An error as a client is told about it. What is not a refusal of the engine is a message that could not be read. */
export function amqpError(error: unknown): AmqpError {
  if (error instanceof ServiceBusFault) return { condition: error.condition, description: error.message };
  return { condition: 'amqp:decode-error', description: error instanceof Error ? error.message : String(error) };
}
