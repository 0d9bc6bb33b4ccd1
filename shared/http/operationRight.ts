import type { MfaState } from '../domain/mfaState.ts';
import type { Actor } from '../domain/operation.ts';
import { type Caller, requireRole } from './caller.ts';

/** @throws RequestError 403 with the role that a change to one of these states needs */
export function requireRightTo(caller: Caller, states: readonly MfaState[]): void {
  for (const state of states) requireRole(caller, state === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen');
}

/** The caller who requests an operation, and whether the operation may lower states. */
export function requesterOf({ actor, roles }: Caller): { readonly actor: Actor; readonly mayWeaken: boolean } {
  return { actor, mayWeaken: roles.has('MfaState.Weaken') };
}
