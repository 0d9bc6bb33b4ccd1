import { z } from 'zod';
import type { ReferencePage } from '../domain/referencePage.ts';
import type { Answer, Refused } from './answer.ts';
import type { SendToGraph } from './graph.ts';
import { hidesMembers, MEMBERS_HIDDEN } from './hiddenMembership.ts';
import { isExpiredLink } from './listPage.ts';
import { graphPath } from './path.ts';
import { explainRead, graphSaid, type Refusal } from './refusal.ts';

const memberPage = z.object({
  value: z.array(z.object({ id: z.string().nullish() })),
  '@odata.nextLink': z.string().optional(),
});

/** Where a listing of a group is. */
export interface GroupPosition {
  /** The link in the previous page; null for the first page. */
  readonly nextLink: string | null;
  /** How often the listing has begun again. */
  readonly restarts: number;
}

/** A listing whose links expire so often would never end. */
const MAX_RESTARTS = 5;

const EMPTY = {
  code: 'groupEmpty',
  message: 'The group has no members that are users, so there was nothing to change.',
  outcome: 'unchanged',
} as const;

/**
 * Reads one page of the users in a group, including the members of nested groups
 * (https://learn.microsoft.com/graph/api/group-list-transitivemembers). That page documents the cast to users as an
 * advanced query, which needs `$count=true` and `ConsistencyLevel: eventual` on every page. When a link has expired, the
 * listing begins again with its first page: callers drop the users that they have seen. Permission: GroupMember.Read.All;
 * for groups that hide their members, Member.Read.Hidden too.
 * @returns the page, a page with the reason why the group has no users, or how long to wait before the next attempt
 */
export async function readGroupPage(
  send: SendToGraph,
  group: string,
  { nextLink, restarts }: GroupPosition,
): Promise<ReferencePage | { readonly retryAfterMs: number | undefined }> {
  const answer = await readMembers(send, group, nextLink);
  if (nextLink !== null && isExpiredLink(answer)) {
    if (restarts < MAX_RESTARTS) return readGroupPage(send, group, { nextLink: null, restarts: restarts + 1 });
    return withoutUsers(group, expiredAgain(answer));
  }
  if (answer.kind === 'retry') return { retryAfterMs: answer.retryAfterMs };
  if (answer.kind === 'refused') return withoutUsers(group, whyUnreadable(answer));
  const page = memberPage.safeParse(answer.body);
  if (!page.success) return { retryAfterMs: undefined };
  const next = page.data['@odata.nextLink'] ?? null;
  if (page.data.value.length === 0 && next === null && nextLink === null) return explainEmpty(send, group);
  const ids = page.data.value.map(({ id }) => id?.toLowerCase());
  // Graph shows members that the app may not read without their properties.
  if (ids.includes(undefined)) return withoutUsers(group, MEMBERS_HIDDEN);
  const references = [...new Set(ids.filter((id) => id !== undefined))];
  return { references, repeated: [], nextLink: next, ...(restarts === 0 ? {} : { restarts }) };
}

async function explainEmpty(
  send: SendToGraph,
  group: string,
): Promise<ReferencePage | { readonly retryAfterMs: undefined }> {
  const hidden = await hidesMembers(send, group);
  if (hidden === undefined) return { retryAfterMs: undefined };
  return withoutUsers(group, hidden ? MEMBERS_HIDDEN : EMPTY);
}

function readMembers(send: SendToGraph, group: string, nextLink: string | null): Promise<Answer> {
  const first = `${graphPath`/groups/${group}/transitiveMembers/microsoft.graph.user`}?$select=id&$top=999&$count=true`;
  return send({ method: 'GET', path: nextLink ?? first, headers: { ConsistencyLevel: 'eventual' } });
}

function withoutUsers(group: string, missing: NonNullable<ReferencePage['missing']>): ReferencePage {
  return { references: [group], repeated: [], nextLink: null, missing };
}

function whyUnreadable(answer: Refused): Refusal {
  const refusal = explainRead(answer, 'the group', 'GroupMember.Read.All');
  if (answer.status !== 404) return refusal;
  return {
    ...refusal,
    code: 'groupNotFound',
    message: `The tenant has no group with this object id. ${graphSaid(answer)}`,
  };
}

function expiredAgain(answer: Answer): Refusal {
  const said = answer.kind === 'refused' ? ` ${graphSaid(answer)}` : '';
  return {
    code: 'groupNotListed',
    message: `The members of the group could not be listed to the end, because links to the next page kept expiring. Retry the operation.${said}`,
  };
}
