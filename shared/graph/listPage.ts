import { z } from 'zod';
import type { Answer, Refused } from './answer.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';

/** One page of a list, or why it could not be read. */
export type ListPage<T> =
  | {
      readonly kind: 'page';
      readonly items: readonly T[];
      /** How many items could not be read. They are left out. */
      readonly unreadable: number;
      readonly nextLink: string | null;
    }
  /** The link to this page has expired: the caller must read the list from its beginning. */
  | { readonly kind: 'expired' }
  | Refused
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | undefined };

/** Graph refuses an expired link with one of these statuses (`Directory_ExpiredPageToken` has 400). */
const EXPIRED = new Set([400, 404, 410]);

/** Whether this answer to a link means that the list must be read from its beginning. */
export function isExpiredLink(answer: Answer): boolean {
  return answer.kind === 'refused' && EXPIRED.has(answer.status);
}

/**
 * Reads one page of a list. One item that cannot be read does not keep the others from being read.
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
  if (nextLink !== null && isExpiredLink(answer)) return { kind: 'expired' };
  if (answer.kind === 'refused') return answer;
  const page = z
    .object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() })
    .safeParse(answer.body);
  if (!page.success) return { kind: 'retry', code: 'unreadableAnswer', retryAfterMs: undefined };
  const items = page.data.value.flatMap((value) => item.safeParse(value).data ?? []);
  const unreadable = page.data.value.length - items.length;
  return { kind: 'page', items, unreadable, nextLink: page.data['@odata.nextLink'] ?? null };
}
