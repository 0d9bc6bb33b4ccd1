import { methodClasses } from '../domain/methodClass.ts';
import { listedStates } from './listName.ts';
import type { SnapshotUser } from './snapshotUser.ts';

export const flagWords = ['true', 'false', 'unknown'] as const;
export const listedMethodClasses = [...methodClasses, 'unknown'] as const;
export const userTypeWords = ['Member', 'Guest', 'unknown'] as const;

/**
 * The properties by which users are filtered and counted, each with its words. Stored keys have the position of a word:
 * words and properties may be added at the end, and never moved.
 */
export const facetWords = {
  state: listedStates,
  registered: flagWords,
  userType: userTypeWords,
  accountEnabled: flagWords,
  administrator: flagWords,
  methodClass: listedMethodClasses,
  licensed: flagWords,
} as const;
export type Facet = keyof typeof facetWords;
const facets: readonly Facet[] = [
  'state',
  'registered',
  'userType',
  'accountEnabled',
  'administrator',
  'methodClass',
  'licensed',
];

/** The number of users by the key of their facets. */
export type FacetCounts = Readonly<Record<string, number>>;

/** The words that a filter allows; a facet without words allows all. */
export type FacetFilter = Partial<Readonly<Record<Facet, readonly string[]>>>;

/** The word of a user in each facet. */
export function wordsOf(user: SnapshotUser): Readonly<Record<Facet, string>> {
  const { userType } = user;
  return {
    state: user.state ?? 'unknown',
    registered: flagWord(user.registered),
    userType: userTypeWords.find((word) => word.toLowerCase() === userType?.toLowerCase()) ?? 'unknown',
    accountEnabled: flagWord(user.accountEnabled),
    administrator: flagWord(user.administrator),
    methodClass: user.methodClass ?? 'unknown',
    licensed: flagWord(user.licensed),
  };
}

/** The key of a user's words: one digit a facet. */
export function facetKeyOf(user: SnapshotUser): string {
  const words = wordsOf(user);
  return facets.map((facet) => positionOf(facet, words[facet])).join('');
}

/** The word of a facet in a key; undefined when the key was written before the facet existed. */
export function wordIn(key: string, facet: Facet): string | undefined {
  const digit = key[facets.indexOf(facet)];
  return digit === undefined ? undefined : facetWords[facet][Number(digit)];
}

/** Whether users with this key match. */
export function keyMatches(key: string, filter: FacetFilter): boolean {
  return facets.every((facet) => filter[facet]?.includes(wordIn(key, facet) ?? 'unknown') ?? true);
}

/** Counts users by key. */
export function countFacets(users: readonly SnapshotUser[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const user of users) {
    const key = facetKeyOf(user);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** The number of users that match. */
export function countMatching(counts: FacetCounts, filter: FacetFilter): number {
  return Object.entries(counts).reduce((sum, [key, users]) => (keyMatches(key, filter) ? sum + users : sum), 0);
}

function flagWord(value: boolean | null): string {
  return value === null ? 'unknown' : String(value);
}

function positionOf(facet: Facet, word: string): number {
  const known: readonly string[] = facetWords[facet];
  return known.indexOf(word);
}
