import { z } from 'zod';
import { normalizeReference } from '../domain/userReference.ts';
import { cut } from '../groupBy.ts';
import { type Answer, noAnswer } from './answer.ts';
import { BATCH_MAX_REQUESTS, sendBatches } from './batch.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';
import { odataText } from './path.ts';

/** Graph takes at most 15 values in an `in` filter (https://learn.microsoft.com/graph/aad-advanced-queries). */
const NAMES_PER_FILTER = 15;

const userPage = z.object({ value: z.array(z.object({ id: z.string(), userPrincipalName: z.string() })) });

/** The result of a look-up by name. */
export type FoundUser =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/**
 * Looks users up by user principal name, 300 in one batch. The names are sent in a filter and never in a path, because
 * Graph cuts a path at the `#` in the name of a guest.
 * @returns one result per name, in the order of the names
 */
export async function findUsers(send: SendToGraph, names: readonly string[], now: () => number): Promise<FoundUser[]> {
  const found: FoundUser[] = [];
  for (const names300 of cut(names, NAMES_PER_FILTER * BATCH_MAX_REQUESTS)) {
    const groups = cut(names300, NAMES_PER_FILTER);
    const answers = await sendBatches(send, groups.map(lookUp), { now });
    found.push(...groups.flatMap((group, index) => readGroup(group, answers[index] ?? noAnswer('missingAnswer'))));
  }
  return found;
}

function lookUp(names: readonly string[]): GraphRequest {
  const filter = `userPrincipalName in (${names.map(odataText).join(',')})`;
  return { method: 'GET', path: `/users?$select=id,userPrincipalName&$filter=${encodeURIComponent(filter)}` };
}

function readGroup(names: readonly string[], answer: Answer): FoundUser[] {
  if (answer.kind === 'retry') return names.map(() => ({ kind: 'retry', retryAfterMs: answer.retryAfterMs }));
  if (answer.kind === 'refused')
    return names.map(() => ({ kind: 'refused', code: answer.code, message: answer.message }));
  const page = userPage.safeParse(answer.body);
  if (!page.success) return names.map(() => ({ kind: 'retry', retryAfterMs: undefined }));
  const ids = new Map(page.data.value.map((user) => [normalizeReference(user.userPrincipalName), user.id]));
  return names.map((name) => {
    const id = ids.get(normalizeReference(name));
    return id === undefined ? { kind: 'unknown' } : { kind: 'found', id };
  });
}
