import { z } from 'zod';
import type { ReferencePage } from '../domain/referencePage.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';

const memberPage = z.object({
  value: z.array(z.object({ id: z.string() })),
  '@odata.nextLink': z.string().optional(),
});

/**
 * Reads one page of the users in a group, including the members of nested groups
 * (https://learn.microsoft.com/graph/api/group-list-transitivemembers). Permission: GroupMember.Read.All.
 * @param nextLink the link in the previous page; null for the first page
 * @returns the page, a page with the reason why the group cannot be read, or how long to wait before the next attempt
 */
export async function readGroupPage(
  send: SendToGraph,
  group: string,
  nextLink: string | null,
): Promise<ReferencePage | { readonly retryAfterMs: number | undefined }> {
  const first = graphPath`/groups/${group}/transitiveMembers/microsoft.graph.user?$select=id&$top=999`;
  const answer = await send({ method: 'GET', path: nextLink ?? first });
  if (answer.kind === 'retry') return { retryAfterMs: answer.retryAfterMs };
  if (answer.kind === 'refused') {
    const missing =
      answer.status === 404
        ? { code: 'groupNotFound', message: 'The tenant has no group with this object id.' }
        : {
            code: answer.code,
            message: 'The service could not read the group. It needs the permission GroupMember.Read.All.',
          };
    return { references: [group], repeated: [], nextLink: null, missing };
  }
  const page = memberPage.safeParse(answer.body);
  if (!page.success) return { retryAfterMs: undefined };
  return {
    references: page.data.value.map(({ id }) => id.toLowerCase()),
    repeated: [],
    nextLink: page.data['@odata.nextLink'] ?? null,
  };
}
