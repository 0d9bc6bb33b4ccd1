import { z } from 'zod';
import { findUsers } from '../users/findUsers.ts';
import { countMatching } from '../users/userFacets.ts';
import { isCounted } from '../users/userFilter.ts';
import { dateTimeOrNull, uri } from './formats.ts';
import { listedUserSchema, listedUserView } from './listedUserView.ts';
import { type ListQuery, nextPage } from './pageToken.ts';
import { addressed, filterOf, type UserParameters } from './userQuery.ts';
import { positionOf, snapshotFor, type UserSources } from './userSnapshot.ts';

const PAGE_SIZE = 100;

export const userListSchema = z.object({
  sweepStartedDateTime: dateTimeOrNull(
    'When the registration sweep began that saw these users; null before the first is complete. All pages are of one sweep.',
  ),
  value: z.array(listedUserSchema).describe('The users of this page.'),
  totalCount: z
    .number()
    .int()
    .describe('How many there are on all pages, as of the sweep; missing with the filters q and enabledBeforeDateTime.')
    .optional(),
  nextLink: uri('Where the next page is; missing on the last one. A page before it may have fewer users.').optional(),
});

/**
 * A page of the tenant's users in the order of their names, and the link to the next page.
 * @throws InvalidRequestError that names the parameter
 * @throws RequestError when the list of a page is no longer stored
 */
export async function listUsers(
  query: UserParameters & { readonly page?: string },
  sources: UserSources,
  baseUrl: string,
): Promise<z.infer<typeof userListSchema>> {
  const { page, ...parameters } = query;
  const list: ListQuery = { list: 'users', filters: addressed(parameters) };
  const place = await snapshotFor(list, page, sources);
  if (place === undefined) return { sweepStartedDateTime: null, value: [] };
  const { manifest, from } = place;
  const filter = filterOf(parameters);
  const { users, next } = await findUsers(manifest, filter, { from, limit: PAGE_SIZE }, sources);
  return {
    sweepStartedDateTime: manifest.asOf,
    value: users.map(listedUserView),
    ...(isCounted(filter) ? { totalCount: countMatching(manifest.counts, filter.words) } : {}),
    ...(next === undefined ? {} : { nextLink: nextPage(`${baseUrl}/users`, list, positionOf(manifest, next)) }),
  };
}
