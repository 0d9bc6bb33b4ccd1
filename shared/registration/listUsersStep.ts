import type { ListPage } from '../graph/listPage.ts';
import { explainRead } from '../graph/refusal.ts';
import { type ListedUser, readUserPage } from '../graph/userList.ts';
import { putStagedUsers } from './staged/stagedUsers.ts';
import { listAgain, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { namesOf } from './sweepNotes.ts';

/** After so many links have expired, the sweep continues with the users of all listings: a listing would never end. */
const MAX_ATTEMPTS = 5;

/**
 * Stages one page of the tenant's users. When a link has expired, the list is read from its start.
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
  if (page.kind === 'expired') return afterExpiry(sweep, now());
  await putStagedUsers(staged, sweep, step.page, { users: page.items, readAt });

  const listed = sweep.listed + page.items.length;
  const withoutState = sweep.withoutState + page.items.filter(({ state }) => state === null).length;
  const noted = { ...notesOn(page).reduce(withNote, sweep), listed, withoutState };
  if (page.nextLink !== null) return { ...noted, step: { kind: 'list', page: step.page + 1, nextLink: page.nextLink } };
  // No tenant is without users: accepting an empty list would remove all users from the lists.
  if (listed === 0) throw new Error('Microsoft Graph returned an empty list of users. The next sweep tries again.');
  return { ...noted, step: AFTER_LIST };
}

const AFTER_LIST: Sweep['step'] = { kind: 'states', lane: 0, after: '', part: 0 };

function afterExpiry(sweep: Sweep, now: number): Sweep {
  if (sweep.attempt < MAX_ATTEMPTS)
    return withNote(
      listAgain(sweep, now),
      'The list of users was read again from the start, because a link to the next page expired.',
    );
  return withNote(
    { ...sweep, isIncomplete: true, step: AFTER_LIST },
    'The list of users could not be read to its end, because links to the next page kept expiring. Users who are not in the pages that were read keep their last known facts.',
  );
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
