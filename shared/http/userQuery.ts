import { z } from 'zod';
import { type Facet, facetWords } from '../users/userFacets.ts';
import type { UserFilter } from '../users/userFilter.ts';
import type { ListQuery } from './pageToken.ts';

/** Reads one word or several, with commas between them. */
export function wordsOf(facet: Facet) {
  const allowed: readonly string[] = facetWords[facet];
  const several = allowed.length > 2 ? `, or several of these with commas between them` : '';
  return z
    .string()
    .refine((text) => text.split(',').every((word) => allowed.includes(word)), {
      error: `must be ${allowed.join(', ')}${several}`,
    })
    .transform((text) => [...new Set(text.split(','))]);
}

/** The parameters of lists and exports of users, as the route has read them. */
export interface UserParameters extends Partial<Readonly<Record<Facet, readonly string[]>>> {
  readonly enabledBeforeDateTime?: string;
  readonly q?: string;
}

/** The users that are asked for. A date alone is the beginning of that day (UTC). */
export function filterOf(parameters: UserParameters): UserFilter {
  const { enabledBeforeDateTime, q = '', ...words } = parameters;
  return {
    words,
    enabledBefore: enabledBeforeDateTime === undefined ? undefined : new Date(enabledBeforeDateTime).toISOString(),
    text: q.toLowerCase(),
  };
}

/** The parameters as they stand in an address. */
export function addressed(parameters: UserParameters): ListQuery['filters'] {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
}
