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
  }: { readonly protectedUsers: ProtectedUsers; readonly namedElsewhere: ReadonlySet<string> },
  at: string,
): ResolvedReference[] {
  const repeated = new Set(page.repeated);
  const isElsewhere = (id: string, position: number): boolean =>
    namedElsewhere.has(id) && !isObjectId(page.references[position] ?? '');
  const seen = new Set<string>();
  return identified.map((reference, position): ResolvedReference => {
    if (reference.kind !== 'user') {
      if (repeated.has(position)) return { outcome: { outcome: 'duplicate', at } };
      return { outcome: { outcome: 'failed', at, ...describe(reference) } };
    }
    const { id } = reference;
    if (repeated.has(position) || seen.has(id) || isElsewhere(id, position))
      return { id, outcome: { outcome: 'duplicate', at } };
    seen.add(id);
    const protection = protectedUsers.get(id);
    return protection === undefined ? { id } : { id, outcome: refuseProtected(protection, at) };
  });
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
