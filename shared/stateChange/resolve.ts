import type { MfaState } from '../domain/mfaState.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ReferencePage, ResolvedReference } from '../domain/referencePage.ts';
import { isObjectId, normalizeReference } from '../domain/userReference.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { findUsers } from '../graph/users.ts';
import { DIRECTORY_SYNCHRONIZATION, type ProtectedUsers } from '../tenant/protectedUsers.ts';

/** The user of a reference, or why there is none, or how long to wait before Graph is asked again. */
export type Identified =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/** Looks up the user of each reference. Object ids are not looked up: a wrong one fails when it is applied. */
export async function identify(
  references: readonly string[],
  send: SendToGraph,
  now: () => number,
): Promise<Identified[]> {
  const names = [...new Set(references.filter((reference) => !isObjectId(reference)).map(normalizeReference))];
  const found = await findUsers(send, names, now);
  const byName = new Map(names.map((name, index) => [name, found[index]]));
  return references.map((reference): Identified => {
    if (isObjectId(reference)) return { kind: 'user', id: reference.toLowerCase() };
    const user = byName.get(normalizeReference(reference));
    switch (user?.kind) {
      case 'found':
        return { kind: 'user', id: user.id.toLowerCase() };
      case 'refused':
        return {
          kind: 'failed',
          code: user.code,
          message: 'The service could not look up the user. It needs the permission User.Read.All.',
        };
      case 'retry':
        return { kind: 'retry', retryAfterMs: user.retryAfterMs };
      default:
        return {
          kind: 'failed',
          code: 'userNotFound',
          message: 'No user of the tenant has this user principal name. Correct it, or use the object id.',
        };
    }
  });
}

/**
 * Decides about a page of references: which users are to be changed, and the outcome of all others.
 * @param at ISO 8601, the time of the decision
 */
export function decideReferences(
  page: ReferencePage,
  identified: readonly Identified[],
  protectedUsers: ProtectedUsers,
  at: string,
): ResolvedReference[] {
  const repeated = new Set(page.repeated);
  const conflicts = findConflicts(page, identified);
  const seen = new Set<string>();
  return identified.map((reference, position): ResolvedReference => {
    if (reference.kind !== 'user') {
      if (repeated.has(position)) return { outcome: { outcome: 'duplicate', at } };
      return { outcome: { outcome: 'failed', at, ...describe(reference) } };
    }
    const { id } = reference;
    if (conflicts.has(id)) return { id, outcome: { outcome: 'failed', at, ...CONFLICTING_STATES } };
    if (repeated.has(position) || seen.has(id)) return { id, outcome: { outcome: 'duplicate', at } };
    seen.add(id);
    const protection = protectedUsers.get(id);
    return protection === undefined ? { id } : { id, outcome: refuseProtected(protection, at) };
  });
}

const CONFLICTING_STATES = {
  code: 'conflictingStates',
  message:
    'The request names the user more than once, with different states. Keep one of them, and send this user again.',
};

/** The users that a page sets to several states, under different names. */
function findConflicts({ states }: ReferencePage, identified: readonly Identified[]): ReadonlySet<string> {
  const found = new Map<string, MfaState>();
  const conflicts = new Set<string>();
  for (const [position, reference] of identified.entries()) {
    const state = states?.[position];
    if (!state || reference.kind !== 'user') continue;
    if ((found.get(reference.id) ?? state) !== state) conflicts.add(reference.id);
    found.set(reference.id, state);
  }
  return conflicts;
}

function describe(reference: Exclude<Identified, { kind: 'user' }>): { code: string; message: string } {
  if (reference.kind === 'failed') return { code: reference.code, message: reference.message };
  return {
    code: 'graphUnavailable',
    message: 'Microsoft Graph did not answer, so the service could not look up the user. Retry the operation.',
  };
}

function refuseProtected(protection: string, at: string): Outcome {
  const message =
    protection === DIRECTORY_SYNCHRONIZATION
      ? 'The account belongs to the directory synchronization and cannot register for MFA, so this service never changes it.'
      : `The setting ${protection} protects the account, so this service does not change it. To change it, remove it from the setting first.`;
  return { outcome: 'refused', at, code: 'protectedAccount', message };
}
