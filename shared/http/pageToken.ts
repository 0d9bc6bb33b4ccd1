import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';

const tokenSchema = z.array(z.string()).min(1);

/** A list with its filters. A token is valid only for these. */
export interface ListQuery {
  readonly list: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
}

/**
 * The token for the next page of a list. Its check is no secret: it detects tokens of other lists and changed tokens. A
 * forged token shows nothing that the list does not show, because its position must belong to the list.
 */
export function writePageToken(query: ListQuery, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([checkOf(query, position), ...position])).toString('base64url');
}

/**
 * Reads the position in a token; undefined without a token.
 * @param positionSchema the schema of positions in the list
 * @throws InvalidRequestError that names the parameter `page`
 */
export function readPageToken<Position extends readonly string[]>(
  query: ListQuery,
  token: string | undefined,
  positionSchema: z.ZodType<Position>,
): Position | undefined {
  if (token === undefined) return undefined;
  const [check, ...given] = parse(token);
  const position = positionSchema.safeParse(given);
  if (check !== checkOf(query, given) || !position.success)
    throw new InvalidRequestError('The value of page must come from a nextLink of this list with the same filters.', {
      target: 'page',
    });
  return position.data;
}

/** The address of the page that begins at a position. */
export function nextPage(url: string, query: ListQuery, position: readonly string[]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query.filters)) if (value !== undefined) parameters.set(name, value);
  parameters.set('page', writePageToken(query, position));
  return `${url}?${parameters}`;
}

function parse(token: string): string[] {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch {
    return []; // the check does not match
  }
}

function checkOf({ list, filters }: ListQuery, position: readonly string[]): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([list, sorted, position]))
    .digest('base64url')
    .slice(0, 16);
}
