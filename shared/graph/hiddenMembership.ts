import { z } from 'zod';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import type { Refusal } from './refusal.ts';

const groupBody = z.object({ visibility: z.string().nullish() });

/** The members of the group are hidden, and Graph shows none of them without the permission. */
export const MEMBERS_HIDDEN: Refusal = {
  code: 'membersHidden',
  message:
    'The group hides its members, and Microsoft Graph shows none of them to the service. Grant it the permission Member.Read.Hidden and retry, or name the users.',
};

/**
 * Whether a group hides its members (`visibility` is `HiddenMembership`). To an app without the permission
 * Member.Read.Hidden, such a group looks empty (https://learn.microsoft.com/graph/api/group-list-transitivemembers).
 * Permission: GroupMember.Read.All.
 * @returns undefined when Graph did not answer
 */
export async function hidesMembers(send: SendToGraph, group: string): Promise<boolean | undefined> {
  const answer = await send({ method: 'GET', path: `${graphPath`/groups/${group}`}?$select=id,visibility` });
  if (answer.kind === 'retry') return undefined;
  if (answer.kind === 'refused') return false; // the list was read: the group was deleted a moment ago
  const body = groupBody.safeParse(answer.body);
  return body.success ? body.data.visibility === 'HiddenMembership' : undefined;
}
