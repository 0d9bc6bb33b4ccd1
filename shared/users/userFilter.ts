import type { SnapshotUser } from './snapshotUser.ts';
import { type FacetFilter, facetKeyOf, keyMatches } from './userFacets.ts';

/** Which users a list shows. All parts must match. */
export interface UserFilter {
  readonly words: FacetFilter;
  /** Only users who have been enabled since before this time, ISO 8601. */
  readonly enabledBefore: string | undefined;
  /** Part of the user principal name, the display name or the object id, in lower case; empty for all. */
  readonly text: string;
}

export function matchesUser(user: SnapshotUser, { words, enabledBefore, text }: UserFilter): boolean {
  if (!keyMatches(facetKeyOf(user), words)) return false;
  if (enabledBefore !== undefined && !(user.enabledSince !== '' && user.enabledSince < enabledBefore)) return false;
  return text === '' || [user.name, user.displayName ?? '', user.id].some((part) => part.toLowerCase().includes(text));
}

/** Whether the counts of a snapshot tell how many users match. */
export function isCounted({ enabledBefore, text }: UserFilter): boolean {
  return enabledBefore === undefined && text === '';
}
