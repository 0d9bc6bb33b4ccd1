import { z } from 'zod';
import type { GraphRequest, SendToGraph } from './graph.ts';

/** One page of a list, or why it could not be read. */
export type ListPage<T> =
  | { readonly kind: 'page'; readonly items: readonly T[]; readonly nextLink: string | null }
  /** The link to this page has expired: the caller must read the list from its beginning. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | undefined };

/** Graph refuses an expired link with one of these statuses (`Directory_ExpiredPageToken` has 400). */
const EXPIRED = new Set([400, 404, 410]);

/**
 * Reads one page of a list.
 * @param first the request for the first page
 * @param nextLink the link in the previous page; null for the first page
 */
export async function readListPage<T>(
  send: SendToGraph,
  item: z.ZodType<T>,
  first: GraphRequest,
  nextLink: string | null,
): Promise<ListPage<T>> {
  const answer = await send({ ...first, path: nextLink ?? first.path });
  if (answer.kind === 'retry') return { kind: 'retry', code: answer.code, retryAfterMs: answer.retryAfterMs };
  if (answer.kind === 'refused') {
    if (nextLink !== null && EXPIRED.has(answer.status)) return { kind: 'expired' };
    return { kind: 'refused', status: answer.status, code: answer.code };
  }
  const page = z.object({ value: z.array(item), '@odata.nextLink': z.string().nullish() }).safeParse(answer.body);
  if (!page.success) return { kind: 'retry', code: 'unreadableAnswer', retryAfterMs: undefined };
  return { kind: 'page', items: page.data.value, nextLink: page.data['@odata.nextLink'] ?? null };
}
