import type { HttpResponseInit } from '@azure/functions';
import { findUsers } from '../users/findUsers.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import { csvLine } from './csvText.ts';
import { type ListedUserView, listedUserView } from './listedUserView.ts';
import { type ListQuery, nextPage } from './pageToken.ts';
import { addressed, filterOf, type UserParameters } from './userQuery.ts';
import { positionOf, snapshotFor, type UserSources } from './userSnapshot.ts';

type Format = 'csv' | 'ndjson';

/** The maximum of users in one answer, which makes about a megabyte. */
const MOST_USERS = 5_000;

const TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** The columns of a CSV file. Requests read such a file: the first column names the users. */
const COLUMNS = [
  'userPrincipalName',
  'id',
  'displayName',
  'userType',
  'accountEnabled',
  'administrator',
  'licensed',
  'methodClass',
  'registered',
  'state',
  'enabledDateTime',
  'registeredDateTime',
  'changedDateTime',
] as const satisfies readonly (keyof ListedUserView)[];

/** Excel reads a file as UTF-8 only with it. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Users as a file, in the order of their names. A large file has several parts: the header `Link` leads to the next part,
 * and the parts together are the file. All parts are of one sweep. Only the first part has the line of column names.
 * @param path of the route, for the links to the next part
 * @throws InvalidRequestError that names the parameter
 * @throws RequestError when the list of a part is no longer stored
 */
export async function exportUsers(
  { path, format }: { readonly path: string; readonly format: Format },
  query: UserParameters & { readonly bom?: 'true' | 'false'; readonly page?: string },
  sources: UserSources,
  baseUrl: string,
): Promise<HttpResponseInit> {
  const { page, bom, ...parameters } = query;
  const list: ListQuery = { list: path, filters: { ...addressed(parameters), bom } };
  const place = await snapshotFor(list, page, sources);
  const limit = { from: place?.from ?? { part: 0, index: 0 }, limit: MOST_USERS };
  const found = place && (await findUsers(place.manifest, filterOf(parameters), limit, sources));
  const next = found?.next && place && nextPage(`${baseUrl}/${path}`, list, positionOf(place.manifest, found.next));
  const start = page === undefined ? userExportHeader(format, bom === 'true') : '';
  return {
    status: 200,
    headers: {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="users.${format}"`,
      ...(next === undefined ? {} : { Link: `<${next}>; rel="next"` }),
    },
    body: start + (found?.users ?? []).map((user) => userExportLine(user, format)).join(''),
  };
}

/** What a file begins with, before its users. */
export function userExportHeader(format: Format, withMark = false): string {
  return format === 'csv' ? `${withMark ? BYTE_ORDER_MARK : ''}${csvLine(COLUMNS)}` : '';
}

function userExportLine(user: SnapshotUser, format: Format): string {
  return userLine(listedUserView(user), format);
}

/** A user in a file, with the end of its line. */
export function userLine(view: ListedUserView, format: Format): string {
  if (format === 'ndjson') return `${JSON.stringify(view)}\n`;
  return csvLine(COLUMNS.map((column) => String(view[column] ?? '')));
}
