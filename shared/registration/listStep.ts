import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { readStates } from '../graph/requirements.ts';
import { type ListedUser, readUserPage } from '../graph/userList.ts';
import { cut, groupBy } from '../groupBy.ts';
import type { SweepEffects } from './effects.ts';
import { listAgain, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepGraph } from './sweepGraph.ts';

/** Batches that are under way at one time. */
export const BATCHES_AT_ONCE = 4;
/** A listing whose links expire this often in one sweep does not come to an end. */
const MOST_ATTEMPTS = 5;

/** The users of one lane in one page, as they are staged. */
const stagedUsersSchema = z.object({
  readAt: z.string(),
  users: z.array(
    z.tuple([z.string(), z.string(), z.string().nullable(), z.boolean().nullable(), mfaStateSchema.nullable()]),
  ),
});

/**
 * Stages one page of the tenant's users, in the state that the list shows or, where it does not, that each user's own
 * settings show.
 * @throws Error when Graph refuses
 */
export async function listStep(sweep: Sweep, step: StepOf<'list'>, effects: SweepEffects): Promise<Sweep> {
  const { staged, sweepGraph, now } = effects;
  let readAt = '';
  const page = await sweepGraph.page((send) => {
    readAt = new Date(now()).toISOString();
    return readUserPage(send, step.nextLink);
  });
  if (page.kind === 'refused')
    throw new Error(
      `Microsoft Graph refused the list of users (status ${page.status}, ${page.code}). The service needs the permission User.Read.All.`,
    );
  if (page.kind === 'expired') {
    if (sweep.attempt >= MOST_ATTEMPTS)
      throw new Error('The list of users could not be read to its end: its links expire.');
    return withNote(
      listAgain(sweep, now()),
      'The list of users was begun again, because a link to its next page expired.',
    );
  }
  const users = await withStates(page.items, sweepGraph, now);
  const byLane = new Map(
    [...groupBy(users, (user) => laneOf(user.id))].map(([lane, members]) => [
      lane,
      { readAt, users: members.map(toTuple) },
    ]),
  );
  await staged.put({ sweepId: sweep.id, kind: 'users', attempt: sweep.attempt }, step.page, byLane);

  const listed = sweep.listed + users.length;
  if (page.nextLink !== null)
    return { ...sweep, listed, step: { kind: 'list', page: step.page + 1, nextLink: page.nextLink } };
  // A tenant without users does not exist, and taking it at its word would remove everybody from the lists.
  if (listed === 0) throw new Error('Microsoft Graph listed no users at all.');
  return { ...sweep, listed, step: { kind: 'report', page: 0, nextLink: null } };
}

/** A user of the list, and when the list was read. */
export type StagedUser = ListedUser & { readonly readAt: string };

/** The staged users of a lane by id, each as read last. */
export async function stagedUsers(
  sweep: Sweep,
  lane: string,
  { staged }: SweepEffects,
): Promise<Map<string, StagedUser>> {
  const users = new Map<string, StagedUser>();
  const pile = { sweepId: sweep.id, kind: 'users', attempt: sweep.attempt } as const;
  for await (const page of staged.read(pile, lane, stagedUsersSchema))
    for (const [id, name, userType, accountEnabled, state] of page.users)
      users.set(id, { id, name, userType, accountEnabled, state, readAt: page.readAt });
  return users;
}

function toTuple({
  id,
  name,
  userType,
  accountEnabled,
  state,
}: ListedUser): z.infer<typeof stagedUsersSchema>['users'][number] {
  return [id, name, userType, accountEnabled, state];
}

/** Looks up the states that the list does not show. A user for whom Graph has none, or who is gone, stays without. */
async function withStates(users: readonly ListedUser[], graph: SweepGraph, now: () => number): Promise<ListedUser[]> {
  const found = new Map<string, MfaState>();
  let open = users.filter(({ state }) => state === null).map(({ id }) => id);
  for (let attempt = 0; open.length > 0; ) {
    await graph.giveWay();
    const ids = open.slice(0, BATCH_MAX_REQUESTS * BATCHES_AT_ONCE);
    const reads = await Promise.all(
      cut(ids, BATCH_MAX_REQUESTS).map((part) => readStates(graph.send, part, now, LOW_PRIORITY)),
    );
    const again: string[] = [];
    let retryAfterMs: number | undefined;
    for (const [id, read] of reads.flatMap((part) => [...part])) {
      if (read.kind === 'known') found.set(id, read.value);
      else if (read.kind === 'refused' && read.code === 'accessDenied') throw new Error(read.message);
      else if (read.kind === 'later') {
        again.push(id);
        retryAfterMs = longer(retryAfterMs, read.retryAfterMs);
      }
    }
    open = [...open.slice(ids.length), ...again];
    if (again.length === ids.length) await graph.beforeAttempt(attempt++, retryAfterMs, 'states');
    else attempt = 0;
  }
  return users.map((user) => (user.state === null ? { ...user, state: found.get(user.id) ?? null } : user));
}

/** The longer of two waits, where there may be none. */
export function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
