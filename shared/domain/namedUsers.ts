import type { MfaState } from './mfaState.ts';
import { readReference } from './readReference.ts';
import { cleaned, invalidReference, type Remark, shortened } from './remark.ts';

/** The users of a request, and what is to be said about some of them. */
export interface NamedUsers {
  /** The references, in order; for an entry that is none, its text. */
  readonly users: readonly string[];
  readonly remarks: readonly Remark[];
  /** The state of each user, in their order, when the request has them; null where it is wrong. */
  readonly states?: readonly (MfaState | null)[];
}

/** Reads the property `users` of JSON. An entry that is no reference becomes a failed user. */
export function readUserList(entries: readonly unknown[]): NamedUsers {
  const users: string[] = [];
  const remarks: Remark[] = [];
  for (const [index, entry] of entries.entries()) {
    const given = typeof entry === 'string' ? entry : JSON.stringify(entry);
    const read = typeof entry === 'string' ? readReference(given) : undefined;
    users.push(read?.reference ?? shortened(given));
    if (read === undefined) remarks.push(invalidReference(index, { index }));
    else if (read.given !== undefined) remarks.push(cleaned(index, { index }, given));
  }
  return { users, remarks };
}

/** The remarks on users who fail without being looked up. */
export function failingOf(remarks: readonly Remark[]): Remark[] {
  return remarks.filter(({ problem }) => problem !== undefined);
}

/** Whether so many users cannot be used that the request as a whole is a mistake. */
export function isMostlyInvalid({ users, remarks }: NamedUsers): boolean {
  return failingOf(remarks).length * 2 > users.length;
}

/** Notes on how the users were read, for the caller. */
export function notesOn(remarks: readonly Remark[]): string[] {
  const count = remarks.filter(({ given }) => given !== undefined).length;
  if (count === 0) return [];
  return [
    count === 1
      ? '1 reference was cleaned. Its item has the text as it was given.'
      : `${count} references were cleaned. Their items have the text as it was given.`,
  ];
}
