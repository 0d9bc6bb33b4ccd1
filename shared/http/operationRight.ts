import type { Operation } from '../domain/operation.ts';
import { type Caller, requireRole } from './caller.ts';

/**
 * The operation, for a caller who may ask for such a change. Who may ask for none is told so before anything is looked
 * up, so that nobody learns which operations there are.
 * @throws RequestError 403 that names the missing role
 */
export async function requireRightTo(caller: Caller, read: () => Promise<Operation>): Promise<Operation> {
  requireRole(caller, 'MfaState.Strengthen', 'MfaState.Weaken');
  const operation = await read();
  requireRole(caller, operation.targetState === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen');
  return operation;
}
