import type { ChangeMessage } from '../queues/messages.ts';
import { applyChunk } from './applyChunk.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { checkLateWrites } from './lateWrites.ts';

/** Handles a message of the queue `changes`: applies its chunk, or checks writes of the chunk that were not answered. */
export function applyChange(message: ChangeMessage, deps: ApplyDependencies): Promise<object> {
  const { lateWrites } = message;
  return lateWrites === undefined ? applyChunk(message, deps) : checkLateWrites({ ...message, lateWrites }, deps);
}
