import { z } from 'zod';
import { normalizeReference } from '../domain/userReference.ts';
import { cut } from '../groupBy.ts';
import { type Answer, noAnswer, type Refused } from './answer.ts';
import { BATCH_MAX_REQUESTS, sendBatches } from './batch.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';
import { odataText } from './path.ts';
import { explainRead, graphSaid, type Refusal } from './refusal.ts';

/** Graph takes at most 15 values in an `in` filter (https://learn.microsoft.com/graph/aad-advanced-queries). */
const NAMES_PER_FILTER = 15;

const PERMISSION = 'User.Read.All';

const userPage = z.object({ value: z.array(z.object({ id: z.string(), userPrincipalName: z.string() })) });

/** A property that identifies a user. */
type Key = 'id' | 'userPrincipalName';

/** The result of a look-up by name. */
export type FoundUser =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'unknown' }
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined };

/**
 * Looks users up by user principal name, 300 in one batch. The names are sent in a filter and never in a path, because
 * Graph cuts a path at the `#` in the name of a guest. Graph rejects a filter as a whole for one name in it: the names of
 * a rejected filter are looked up again in two halves, until the rejected name stands alone.
 * @returns one result per name, in the order of the names
 */
export function findUsers(send: SendToGraph, names: readonly string[], now: () => number): Promise<FoundUser[]> {
  return findBy('userPrincipalName', send, names, now);
}

/**
 * Looks users up by object id, to find out which of them exist.
 * @returns one result per id, in the order of the ids
 */
export function findUserIds(send: SendToGraph, ids: readonly string[], now: () => number): Promise<FoundUser[]> {
  return findBy('id', send, ids, now);
}

async function findBy(key: Key, send: SendToGraph, names: readonly string[], now: () => number): Promise<FoundUser[]> {
  const found = new Map<string, FoundUser>();
  let groups: readonly (readonly string[])[] = cut(names, NAMES_PER_FILTER);
  while (groups.length > 0) {
    const halves: (readonly string[])[] = [];
    for (const [group, answer] of await lookUpGroups(key, send, groups, now)) {
      if (isRejected(answer) && group.length > 1) halves.push(...cut(group, Math.ceil(group.length / 2)));
      else for (const [name, user] of readGroup(key, group, answer)) found.set(name, user);
    }
    groups = halves;
  }
  return names.map((name) => found.get(name) ?? { kind: 'retry', retryAfterMs: undefined });
}

/** Looks up groups of names, one batch after the other. */
async function lookUpGroups(
  key: Key,
  send: SendToGraph,
  groups: readonly (readonly string[])[],
  now: () => number,
): Promise<[group: readonly string[], answer: Answer][]> {
  const answered: [readonly string[], Answer][] = [];
  for (const some of cut(groups, BATCH_MAX_REQUESTS)) {
    const answers = await sendBatches(
      send,
      some.map((group) => lookUp(key, group)),
      { now },
    );
    answered.push(
      ...some.map((group, index): [readonly string[], Answer] => [group, answers[index] ?? noAnswer('missingAnswer')]),
    );
  }
  return answered;
}

function lookUp(key: Key, names: readonly string[]): GraphRequest {
  const filter = `${key} in (${names.map(odataText).join(',')})`;
  return { method: 'GET', path: `/users?$select=id,userPrincipalName&$filter=${encodeURIComponent(filter)}` };
}

/** Whether Graph may have refused a filter for one of its names, or for its length. */
function isRejected(answer: Answer): boolean {
  return answer.kind === 'refused' && (answer.status === 400 || answer.status === 414);
}

function readGroup(key: Key, names: readonly string[], answer: Answer): [name: string, user: FoundUser][] {
  if (answer.kind === 'retry') return names.map((name) => [name, { kind: 'retry', retryAfterMs: answer.retryAfterMs }]);
  if (answer.kind === 'refused') {
    const refusal = isRejected(answer) ? explainName(answer) : explainRead(answer, 'the user', PERMISSION);
    return names.map((name) => [name, { kind: 'refused', ...refusal }]);
  }
  const page = userPage.safeParse(answer.body);
  if (!page.success) return names.map((name) => [name, { kind: 'retry', retryAfterMs: undefined }]);
  const ids = new Map(page.data.value.map((user) => [normalizeReference(user[key]), user.id]));
  return names.map((name) => {
    const id = ids.get(normalizeReference(name));
    return [name, id === undefined ? { kind: 'unknown' } : { kind: 'found', id }];
  });
}

function explainName(answer: Refused): Refusal {
  const remedy = 'Microsoft Graph rejected this user principal name. Correct it, or use the object id.';
  return { ...explainRead(answer, 'the user', PERMISSION), message: `${remedy} ${graphSaid(answer)}` };
}
