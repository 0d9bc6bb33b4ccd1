import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';

const tokenSchema = z.array(z.string()).min(1);

/** A list, and what it is filtered by: a token is good for that only. */
export interface ListQuery {
  readonly list: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
}

/**
 * Where a list goes on, as callers see it. The check in it is no secret: it finds out tokens of other lists and tokens
 * that were altered. Whoever makes one up sees nothing that the list itself would not show, as the position in it must be
 * one of the list.
 */
export function writePageToken(query: ListQuery, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([checkOf(query, position), ...position])).toString('base64url');
}

/**
 * Reads where a list goes on; undefined without a token.
 * @param positionSchema what positions of the list look like
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
    throw new InvalidRequestError('page must be taken from a nextLink of this list, with the same filters.', {
      target: 'page',
    });
  return position.data;
}

/** The address of the page that a position is the beginning of. */
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
    return []; // no check fits
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
