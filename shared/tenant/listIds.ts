import { z } from 'zod';
import type { SendToGraph } from '../graph/graph.ts';
import { hidesMembers, MEMBERS_HIDDEN } from '../graph/hiddenMembership.ts';
import { graphPath } from '../graph/path.ts';
import { explainRead, type Refusal } from '../graph/refusal.ts';
import { readWholeList } from './wholeList.ts';

/** A fact about accounts that Graph refuses to show. */
export interface Unreadable {
  /** Why, and what to do. */
  readonly unreadable: Refusal;
}

/** Whether Graph refused; undefined answers mean that Graph did not answer. */
export function isUnreadable<T extends object>(answer: T | Unreadable | undefined): answer is Unreadable {
  return answer !== undefined && 'unreadable' in answer;
}

/** A list of accounts in Graph. */
export interface MemberList {
  readonly path: string;
  readonly reason: string;
  /** What is read, and the permission for it. */
  readonly what: string;
  readonly permission: string;
  /** The group of the list; undefined for a role. */
  readonly group?: string;
  /** Whether a list that Graph does not find has no members. Otherwise it is an error. */
  readonly mayBeMissing: boolean;
}

/** The direct and transitive members of a group. */
export function groupMembers(group: string, about: Pick<MemberList, 'reason' | 'what' | 'mayBeMissing'>): MemberList {
  return {
    ...about,
    path: graphPath`/groups/${group}/transitiveMembers?$select=id&$top=999`,
    permission: 'GroupMember.Read.All',
    group,
  };
}

const member = z.object({ id: z.string() });

/**
 * The ids in a list, or why they cannot be read; undefined when Graph did not answer. A group with hidden membership that
 * Graph shows without members cannot be read: an empty list would leave its members without protection.
 */
export async function listIds(send: SendToGraph, list: MemberList): Promise<string[] | Unreadable | undefined> {
  const members = await readWholeList(send, member, list.path);
  if (members === undefined) return undefined;
  if (!('kind' in members)) {
    const ids = members.map(({ id }) => id);
    return ids.length === 0 && list.group !== undefined ? whyEmpty(send, list.group, ids) : ids;
  }
  if (list.mayBeMissing && members.status === 404) return [];
  return { unreadable: explainRead(members, list.what, list.permission) };
}

async function whyEmpty(send: SendToGraph, group: string, ids: string[]): Promise<string[] | Unreadable | undefined> {
  const hidden = await hidesMembers(send, group);
  if (hidden === undefined) return undefined;
  return hidden ? { unreadable: MEMBERS_HIDDEN } : ids;
}
