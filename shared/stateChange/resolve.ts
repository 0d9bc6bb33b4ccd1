import type { MfaState } from '../domain/mfaState.ts';
import type { ReferencePage, ResolvedReference } from '../domain/referencePage.ts';
import { isObjectId, normalizeReference } from '../domain/userReference.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Refusal } from '../graph/refusal.ts';
import { findUsers } from '../graph/users.ts';
import { explainProtected } from '../tenant/explainProtection.ts';
import type { ProtectedUsers } from '../tenant/protectedUsers.ts';

/** The user of a reference, or why there is none, or how long to wait before Graph is asked again. */
export type Identified =
  | { readonly kind: 'user'; readonly id: string }
  | ({ readonly kind: 'failed' } & Refusal)
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
        return { ...user, kind: 'failed' };
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

/** The object ids of the users that a page gives by name. */
export function idsOfNames(page: ReferencePage, identified: readonly Identified[]): ReadonlySet<string> {
  return new Set(
    identified.flatMap((one, position) =>
      one.kind === 'user' && !isObjectId(page.references[position] ?? '') ? one.id : [],
    ),
  );
}

/**
 * Decides about a page of references: which users are to be changed, and the outcome of all others. Of a user given by name
 * here and by object id on another page, the reference by object id has the outcome, whichever page is planned first.
 * @param namedElsewhere object ids that other pages name
 * @param at ISO 8601, the time of the decision
 */
export function decideReferences(
  page: ReferencePage,
  identified: readonly Identified[],
  {
    protectedUsers,
    namedElsewhere,
  }: { readonly protectedUsers: ProtectedUsers['reasons']; readonly namedElsewhere: ReadonlySet<string> },
  at: string,
): ResolvedReference[] {
  const repeated = new Set(page.repeated);
  const isElsewhere = (id: string, position: number): boolean =>
    namedElsewhere.has(id) && !isObjectId(page.references[position] ?? '');
  const conflicts = findConflicts(page, identified);
  const seen = new Set<string>();
  return identified.map((reference, position): ResolvedReference => {
    if (reference.kind !== 'user') {
      if (repeated.has(position)) return { outcome: { outcome: 'duplicate', at } };
      return { outcome: { outcome: 'failed', at, ...describe(reference) } };
    }
    const { id } = reference;
    if (conflicts.has(id)) return { id, outcome: { outcome: 'failed', at, ...CONFLICTING_STATES } };
    if (repeated.has(position) || seen.has(id) || isElsewhere(id, position))
      return { id, outcome: { outcome: 'duplicate', at } };
    seen.add(id);
    const protection = protectedUsers.get(id);
    return protection === undefined
      ? { id }
      : { id, outcome: { outcome: 'refused', at, ...explainProtected(protection) } };
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

function describe(reference: Exclude<Identified, { kind: 'user' }>): Refusal {
  if (reference.kind === 'failed') {
    const { kind, ...refusal } = reference;
    return refusal;
  }
  return {
    code: 'graphUnavailable',
    message: 'Microsoft Graph did not answer, so the service could not look up the user. Retry the operation.',
  };
}
