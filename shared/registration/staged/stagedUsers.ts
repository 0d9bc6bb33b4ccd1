import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { mfaStateSchema } from '../../domain/mfaState.ts';
import type { ListedUser } from '../../graph/userList.ts';
import { groupBy } from '../../groupBy.ts';
import { cutText } from '../../tables/cutText.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';
import { readStagedStates } from './stagedStates.ts';

/** The users of one lane in one page. */
const stagedUsersSchema = z.object({
  readAt: z.string(),
  users: z.array(
    z.tuple([z.string(), z.string(), z.string().nullable(), z.boolean().nullable(), mfaStateSchema.nullable()]),
  ),
  /** Display name and licence of each user. Beside the users, because earlier versions read these with five values. */
  more: z.array(z.tuple([z.string().nullable(), z.boolean().nullable()])).default([]),
});

/** The longest display name in Entra ID. */
const NAME_MAX_LENGTH = 256;

/** A user of the list, and when the list was read (ISO 8601). */
export type StagedUser = ListedUser & { readonly readAt: string; readonly isLive: false };

/** Stages one page of the tenant's users. */
export async function putStagedUsers(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  { users, readAt }: { readonly users: readonly ListedUser[]; readonly readAt: string },
): Promise<void> {
  const byLane = [...groupBy(users, ({ id }) => laneOf(id))].map(([lane, members]) => {
    const tuples = members.map(({ id, name, userType, accountEnabled, state }) => [
      id,
      name,
      userType,
      accountEnabled,
      state,
    ]);
    const more = members.map(({ displayName, licensed }) => [
      displayName === null ? null : cutText(displayName, NAME_MAX_LENGTH),
      licensed,
    ]);
    return [lane, { readAt, users: tuples, more }] as const;
  });
  await staged.put(stagedOf(sweep, 'users'), page, new Map(byLane));
}

/**
 * The staged users of a lane by object id. When pages repeat a user, the last page counts. An incomplete list is completed
 * by the pages of earlier listings. A state that was read for the user alone has the time when it was read.
 */
export async function readStagedUsers(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlyMap<string, StagedUser>> {
  const users = new Map<string, StagedUser>();
  const set = stagedOf(sweep, 'users');
  const pages = sweep.isIncomplete ? staged.readAttempts(set, lane, stagedUsersSchema) : undefined;
  for await (const page of pages ?? staged.read(set, lane, stagedUsersSchema))
    for (const [index, [id, name, userType, accountEnabled, state]] of page.users.entries()) {
      const [displayName, licensed] = page.more[index] ?? [null, null];
      const { readAt } = page;
      users.set(id, { id, name, displayName, licensed, userType, accountEnabled, state, readAt, isLive: false });
    }
  if (sweep.withoutState === 0) return users;
  for await (const { readAt, states } of readStagedStates(staged, sweep, lane))
    for (const [id, state] of states) {
      const user = users.get(id);
      if (user?.state === null) users.set(id, { ...user, state, readAt });
    }
  return users;
}
