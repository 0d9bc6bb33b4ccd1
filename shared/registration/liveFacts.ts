import type { MfaState } from '../domain/mfaState.ts';
import { type RegisteredMethods, readMethods } from '../graph/methods.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import type { Read } from '../graph/read.ts';
import { readStates } from '../graph/requirements.ts';
import { mayBeOfEntra } from '../users/outsideChange.ts';
import { askEach } from './askEach.ts';
import type { ObservedUser, ReconcileRules } from './observedUser.ts';
import { needsLiveState } from './reconcileState.ts';
import type { SweepDependencies } from './sweepDependencies.ts';
import { givenUpNotes, namesOf } from './sweepNotes.ts';
import { newUserHistory } from './userHistory.ts';

/** A registered, enforced user is checked again in one of so many sweeps, where no report tells. */
const CHECK_EVERY_SWEEPS = 32;

/** How many more users of a lane may be asked about their methods although no finding depends on it. */
export interface MethodsBudget {
  left: number;
}

/** Users of one lane: a hundred batches, so that a sweep of a tenant without a report reads 32,000 users at most. */
export const METHODS_PER_LANE = 2_000;

/**
 * Reads live what the comparison of these users depends on, and the list and the report do not tell for certain:
 * - the state of a user who seems to be changed by others: the list may be hours old
 * - the methods of a user who seems to be moved on by Entra, which needs a registered method
 * - within the budget, the methods of users whose registration is not known, or is contradictory
 *
 * A state that cannot be read is unknown in this sweep; the next one tries again.
 * @throws OutOfTimeError when the invocation runs out of time
 */
export async function withLiveFacts(
  users: readonly ObservedUser[],
  rules: ReconcileRules,
  budget: MethodsBudget,
  deps: SweepDependencies,
): Promise<{ readonly users: readonly ObservedUser[]; readonly notes: readonly string[] }> {
  const states = await readLive(
    users.filter((user) => isInDoubt(user, rules)),
    readStates,
    'state',
    deps,
  );
  const current = users.map((user) => withState(user, states, deps.now()));
  const methods = await readLive(methodsToRead(current, rules, budget), readMethods, 'methods', deps);
  if (methods.isRefused) budget.left = 0;
  return {
    users: current.map((user) => withMethods(user, methods.facts)),
    notes: [...states.notes, ...methods.notes],
  };
}

interface LiveRead<T> {
  readonly asked: ReadonlySet<string>;
  readonly facts: ReadonlyMap<string, T>;
  /** Whether Graph refused to tell anything about all of them. */
  readonly isRefused: boolean;
  readonly notes: readonly string[];
}

async function readLive<T>(
  users: readonly ObservedUser[],
  read: (
    send: SweepDependencies['sweepGraph']['send'],
    ids: readonly string[],
    now: () => number,
    ask: { readonly headers: Readonly<Record<string, string>>; readonly leaveLate: boolean },
  ) => Promise<ReadonlyMap<string, Read<T>>>,
  what: string,
  { sweepGraph, now }: SweepDependencies,
): Promise<LiveRead<T>> {
  const ids = users.map(({ stored }) => stored.row.id);
  const facts = new Map<string, T>();
  const refused = new Map<string, string>();
  const givenUp = await askEach(
    ids,
    (part) => read(sweepGraph.send, part, now, { headers: LOW_PRIORITY, leaveLate: true }),
    (id, answer) => {
      if (answer.kind === 'known') facts.set(id, answer.value);
      else if (answer.kind === 'refused' && answer.code !== 'userNotFound') refused.set(id, answer.message);
    },
    { graph: sweepGraph, what },
  );
  const result = 'They are checked again in the next sweep.';
  const notes = givenUpNotes(givenUp, what, result);
  const [why] = refused.values();
  if (why !== undefined)
    notes.push(
      `The service could not read the ${what} of these users: ${namesOf([...refused.keys()])}. ${result} ${why}`,
    );
  return { asked: new Set(ids), facts, isRefused: ids.length > 0 && refused.size === ids.length, notes };
}

function isInDoubt({ listed, stored, trail }: ObservedUser, rules: ReconcileRules): boolean {
  if (listed === undefined) return false;
  const history = stored.history ?? newUserHistory(listed.name);
  return needsLiveState({ row: stored.row, history, listed, audited: trail.states }, rules);
}

function withState(user: ObservedUser, { asked, facts }: LiveRead<MfaState>, now: number): ObservedUser {
  const { listed } = user;
  if (listed === undefined || !asked.has(user.stored.row.id)) return user;
  const state = facts.get(user.stored.row.id) ?? null;
  return { ...user, listed: { ...listed, state, isLive: true, readAt: new Date(now).toISOString() } };
}

/** The users whose methods a finding depends on, and those whose registration is not known, up to the budget. */
function methodsToRead(users: readonly ObservedUser[], rules: ReconcileRules, budget: MethodsBudget): ObservedUser[] {
  return users.filter((user) => {
    if (user.listed === undefined || user.registration.byMethods !== undefined) return false;
    if (mayBeMovedOn(user)) return true;
    if (budget.left <= 0 || !isRegistrationOpen(user, rules)) return false;
    budget.left--;
    return true;
  });
}

/** Whether Entra may have enforced the user since the last sweep. */
function mayBeMovedOn({ listed, stored: { row }, trail }: ObservedUser): boolean {
  if (listed?.isLive && row.state === 'enabled' && listed.state === 'enforced') return true;
  return row.outside.some(mayBeOfEntra) || (listed?.isLive === true && trail.states.some(mayBeOfEntra));
}

/** Whether the registration of an enforced user is not known, or the report contradicts what the methods showed. */
function isRegistrationOpen({ listed, stored, registration }: ObservedUser, { sweep }: ReconcileRules): boolean {
  const { row, history } = stored;
  const isKnown = history?.registered === true && history.state === listed?.state;
  if (registration.byReport === false) return isKnown;
  if (registration.byReport === true || listed?.state !== 'enforced') return false;
  return !isKnown || Number.parseInt(row.id.slice(-2), 16) % CHECK_EVERY_SWEEPS === sweep % CHECK_EVERY_SWEEPS;
}

function withMethods(user: ObservedUser, facts: ReadonlyMap<string, RegisteredMethods>): ObservedUser {
  const byMethods = facts.get(user.stored.row.id);
  return byMethods === undefined ? user : { ...user, registration: { ...user.registration, byMethods } };
}
