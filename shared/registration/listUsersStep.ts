import type { MfaState } from '../domain/mfaState.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { readStates } from '../graph/requirements.ts';
import { type ListedUser, readUserPage } from '../graph/userList.ts';
import { askEach } from './askEach.ts';
import { putStagedUsers } from './staged/stagedUsers.ts';
import { listAgain, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import type { SweepGraph } from './sweepGraph.ts';

/** The sweep fails when links have expired this many times: the listing would never end. */
const MAX_ATTEMPTS = 5;

/**
 * Stages one page of the tenant's users. The state comes from the list or, when the list does not show it, from a request
 * per user.
 * @throws Error when Graph refuses
 */
export async function listUsersStep(sweep: Sweep, step: StepOf<'list'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, sweepGraph, now } = deps;
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
    if (sweep.attempt >= MAX_ATTEMPTS)
      throw new Error('The list of users could not be read to its end, because links to the next page kept expiring.');
    return withNote(
      listAgain(sweep, now()),
      'The list of users was read again from the start, because a link to the next page expired.',
    );
  }
  const users = await withStates(page.items, sweepGraph, now);
  await putStagedUsers(staged, sweep, step.page, { users, readAt });

  const listed = sweep.listed + users.length;
  if (page.nextLink !== null)
    return { ...sweep, listed, step: { kind: 'list', page: step.page + 1, nextLink: page.nextLink } };
  // No tenant is without users: accepting an empty list would remove all users from the lists.
  if (listed === 0) throw new Error('Microsoft Graph returned an empty list of users. The next sweep tries again.');
  return { ...sweep, listed, step: { kind: 'report', page: 0, nextLink: null } };
}

/** Reads the states that the list does not show. The state stays null for a deleted user, or when Graph has none. */
async function withStates(users: readonly ListedUser[], graph: SweepGraph, now: () => number): Promise<ListedUser[]> {
  const found = new Map<string, MfaState>();
  await askEach(
    users.filter(({ state }) => state === null).map(({ id }) => id),
    (part) => readStates(graph.send, part, now, { headers: LOW_PRIORITY }),
    (id, read) => {
      if (read.kind === 'known') found.set(id, read.value);
      else if (read.kind === 'refused' && read.code === 'accessDenied') throw new Error(read.message);
    },
    { graph, what: 'states' },
  );
  return users.map((user) => (user.state === null ? { ...user, state: found.get(user.id) ?? null } : user));
}
