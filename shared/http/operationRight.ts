import type { MfaState } from '../domain/mfaState.ts';
import { type Actor, isSameActor, type Operation, targetStatesOf } from '../domain/operation.ts';
import { RefusedError } from '../errors.ts';
import { type Caller, type Role, requireRole } from './caller.ts';

/** @throws RefusedError 403 with the role that a change to one of these states needs */
export function requireRightTo(caller: Caller, states: readonly MfaState[]): void {
  for (const state of states) requireRole(caller, state === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen');
}

/**
 * Outcomes tell the states of users and whether they have registered, so whatever answers with outcomes needs the role to
 * read them.
 * @throws RefusedError 403
 */
export function requireRightToRead(caller: Caller, what: string): void {
  if (caller.roles.has('MfaState.Read')) return;
  throw new RefusedError(
    403,
    'MissingRole',
    `${what} shows facts about users, so this request needs the app role MfaState.Read. Ask an administrator to assign it to the caller in Entra ID.`,
  );
}

/**
 * Stopping what only lowers states protects users: each role that changes states is enough, and the caller who asked for it
 * needs no other right. Stopping what raises states leaves users with less protection, like a change that lowers them.
 * @throws RefusedError 403
 */
export function requireRightToCancel(caller: Caller, operation: Operation): void {
  const isOwn = isSameActor(caller.actor, operation.actor);
  const onlyLowers = operation.dryRun || targetStatesOf(operation).every((state) => state === 'disabled');
  const oneOf: readonly Role[] = onlyLowers ? ['MfaState.Strengthen', 'MfaState.Weaken'] : ['MfaState.Weaken'];
  if (isOwn || oneOf.some((role) => caller.roles.has(role))) return;
  throw new RefusedError(
    403,
    'MissingRole',
    `Only its own caller, or a caller with the app role ${oneOf.join(' or ')}, may cancel this operation. Ask an administrator to assign the role to the caller in Entra ID.`,
  );
}

/** @throws RefusedError 403 with the role that bringing back states needs */
export function requireRightToUndo(
  caller: Caller,
  { lower, raise }: { readonly lower: boolean; readonly raise: boolean },
): void {
  if (lower) requireRole(caller, 'MfaState.Weaken');
  if (raise) requireRole(caller, 'MfaState.Strengthen');
}

/** The caller who requests an operation, and whether the operation may lower states. */
export function requesterOf({ actor, roles }: Caller): { readonly actor: Actor; readonly mayWeaken: boolean } {
  return { actor, mayWeaken: roles.has('MfaState.Weaken') };
}
