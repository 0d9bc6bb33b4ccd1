import { type Operation, type Progress, progressAtFirst } from '../domain/operation.ts';
import type { Caller } from '../http/caller.ts';
import type { ProgressReader } from '../operations/progress.ts';

/**
 * The progress of an operation that its caller may see. The outcomes of a few users tell their states, so a caller without
 * the role to read sees the operation as it was accepted, whenever it asks.
 */
export async function progressFor(caller: Caller, operation: Operation, reader: ProgressReader): Promise<Progress> {
  return caller.roles.has('MfaState.Read') ? reader.read(operation) : progressAtFirst(operation);
}
