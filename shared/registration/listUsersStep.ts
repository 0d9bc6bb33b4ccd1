import type { MfaState } from '../domain/mfaState.ts';
import type { ListPage } from '../graph/listPage.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { explainRead } from '../graph/refusal.ts';
import { readStates } from '../graph/requirements.ts';
import { type ListedUser, readUserPage } from '../graph/userList.ts';
import { askEach } from './askEach.ts';
import { putStagedUsers } from './staged/stagedUsers.ts';
import { listAgain, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import type { SweepGraph } from './sweepGraph.ts';
import { givenUpNotes, namesOf } from './sweepNotes.ts';

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
  if (page.kind === 'refused') throw new Error(explainRead(page, 'the list of users', 'User.Read.All').message);
  if (page.kind === 'expired') {
    if (sweep.attempt >= MAX_ATTEMPTS)
      throw new Error('The list of users could not be read to its end, because links to the next page kept expiring.');
    return withNote(
      listAgain(sweep, now()),
      'The list of users was read again from the start, because a link to the next page expired.',
    );
  }
  const { users, notes } = await withStates(page.items, sweepGraph, now);
  await putStagedUsers(staged, sweep, step.page, { users, readAt });

  const listed = sweep.listed + users.length;
  const noted = [...notes, ...notesOn(page)].reduce(withNote, sweep);
  if (page.nextLink !== null)
    return { ...noted, listed, step: { kind: 'list', page: step.page + 1, nextLink: page.nextLink } };
  // No tenant is without users: accepting an empty list would remove all users from the lists.
  if (listed === 0) throw new Error('Microsoft Graph returned an empty list of users. The next sweep tries again.');
  return { ...noted, listed, step: { kind: 'report', page: 0, nextLink: null } };
}

/** The notes on a page with odd users. */
function notesOn({ items, unreadable }: Extract<ListPage<ListedUser>, { kind: 'page' }>): string[] {
  const nameless = items.filter(({ id, name }) => name === id).map(({ id }) => id);
  return [
    ...(nameless.length === 0
      ? []
      : [`These users have no user principal name, so they are listed by object id: ${namesOf(nameless)}.`]),
    ...(unreadable === 0
      ? []
      : [`The list of users has entries that the service could not read and left out (${unreadable} on one page).`]),
  ];
}

/** Reads the states that the list does not show. The state stays null for a deleted user, or when Graph has none. */
async function withStates(
  users: readonly ListedUser[],
  graph: SweepGraph,
  now: () => number,
): Promise<{ users: ListedUser[]; notes: readonly string[] }> {
  const found = new Map<string, MfaState>();
  const denied = new Map<string, string>();
  const givenUp = await askEach(
    users.filter(({ state }) => state === null).map(({ id }) => id),
    (part) => readStates(graph.send, part, now, { headers: LOW_PRIORITY, leaveLate: true }),
    (id, read) => {
      if (read.kind === 'known') found.set(id, read.value);
      else if (read.kind === 'refused' && read.code !== 'userNotFound') denied.set(id, read.message);
    },
    { graph, what: 'states' },
  );
  const [why] = denied.values();
  // Graph shows the state of no user at all: the lists would lose every state.
  if (why !== undefined && found.size === 0 && users.every(({ state }) => state === null)) throw new Error(why);
  const unknown = 'Their state is unknown in this sweep.';
  const notes = givenUpNotes(givenUp, 'state', unknown);
  if (why !== undefined)
    notes.push(`The state of these users could not be read: ${namesOf([...denied.keys()])}. ${unknown} ${why}`);
  return {
    users: users.map((user) => (user.state === null ? { ...user, state: found.get(user.id) ?? null } : user)),
    notes,
  };
}
