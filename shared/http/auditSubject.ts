import type { AuditReader } from '../audit/auditReader.ts';
import { subjectOf } from '../audit/entry.ts';
import { readReference } from '../domain/readReference.ts';
import { isObjectId } from '../domain/userReference.ts';
import { NotFoundError, RequestError } from '../errors.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { findUserId } from './userState.ts';

interface Sources {
  readonly auditReader: AuditReader;
  readonly graph: SendToGraph;
  readonly now: () => number;
}

/**
 * The subject of the entries about a user. A name is looked up in Graph first. The record itself is searched for a name
 * that Graph does not know or cannot look up: the last user with the name in an entry, such as a deleted user, or entries
 * for a name that no user had, because a request named it.
 * @throws NotFoundError for a name that neither Graph nor the record knows
 * @throws RequestError when Graph cannot look up the name, and the record does not know it
 */
export async function subjectFor(reference: string, { auditReader, graph, now }: Sources): Promise<string> {
  const name = readReference(reference)?.reference;
  if (name !== undefined && isObjectId(name)) return name.toLowerCase();
  const failure = new Lookup();
  const known = name === undefined ? undefined : await failure.try(() => findUserId(name, graph, now));
  const recorded = known ?? (name === undefined ? undefined : await auditReader.findUser(name));
  if (recorded !== undefined) return recorded;
  const unresolved = subjectOf({ userId: null, reference: name ?? reference });
  if ((await auditReader.newestOf(unresolved)) !== undefined) return unresolved;
  if (failure.error !== undefined) throw failure.error;
  throw new NotFoundError(
    'UserNotFound',
    'No user of the tenant has this user principal name, and no audit entry names it. Correct the name, or use the object id.',
    'user',
  );
}

/** A look-up in Graph, whose failure matters only when no other source knows the answer. */
class Lookup {
  error: RequestError | undefined;

  async try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.error = error;
      return undefined;
    }
  }
}
