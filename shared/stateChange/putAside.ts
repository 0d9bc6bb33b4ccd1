import { sessionOf } from '../domain/lane.ts';
import { isExpress, type Operation } from '../domain/operation.ts';
import { readStates } from '../graph/requirements.ts';
import { type Chunk, isFinished } from '../operations/chunk.ts';
import type { ChangeMessage } from '../queues/messages.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { Round } from './applyRound.ts';
import type { StallReason } from './decision.ts';
import { endUsers, type FailureReason } from './endUsers.ts';
import { idsOf } from './openUser.ts';
import { storeOutcomes } from './storeOutcomes.ts';

/** A user fails after so many attempts, if Graph answers for another user at the last one. */
const ATTEMPTS = 6;
/** A user fails after this time, whether Graph answers for others or not: longer than an outage of half an hour. */
const GIVE_UP_AFTER_MS = 40 * 60_000;
/** Other users that Graph is asked about. More than one, because a user may be deleted. */
const WITNESSES = 5;
/** Pauses double from a second to this. */
const LONGEST_PAUSE_MS = 30_000;

const UNAVAILABLE: FailureReason = {
  code: 'graphUnavailable',
  message:
    'Microsoft Graph fails for this user again and again, so the change was given up. Retry the operation later; if it fails again, look at the user in the Entra admin center.',
};

const FAILURES: Readonly<Record<Exclude<StallReason, 'staleRead'>, FailureReason>> = {
  unreadableAnswer: {
    code: 'unreadableAnswer',
    message:
      'Microsoft Graph answers for this user with a state that the service cannot read, so nothing was changed. Look at the user in the Entra admin center, then retry the operation.',
  },
  graphUnavailable: UNAVAILABLE,
  notSignedIn: UNAVAILABLE,
};

/**
 * Takes users who cannot be decided yet out of their lane, so that no other user waits for them: the chunk's message is
 * queued again with a delay, and the lane continues with the next message. When Graph has failed for a user often enough
 * while it answers for another user, the user's change is given up. Without another user's answer this may be an outage of
 * Graph, and no user is given up before the last attempt.
 * @param round the round that ended with these users: why Graph alone keeps each from an outcome, and how long it asked to
 * wait; users that are not stalled wait for another change under way
 * @returns the chunk as it is stored then
 */
export async function putAside(
  operation: Operation,
  chunk: Chunk,
  { stalled, retryAfterMs = 0 }: Pick<Round, 'stalled' | 'retryAfterMs'>,
  message: ChangeMessage,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const { times, since } = message.postponed ?? { times: 0, since: new Date(deps.now()).toISOString() };
  const attempts = times + 1;
  const isLast = deps.now() - Date.parse(since) > GIVE_UP_AFTER_MS;
  const failures = failuresOf(stalled);
  const isHopeless =
    failures.size > 0 && (isLast || (attempts >= ATTEMPTS && (await answersForOthers(chunk, stalled, deps))));
  const outcomes = isHopeless ? await endUsers(operation, chunk, failures, deps, { isLast }) : undefined;
  const ended = outcomes === undefined ? chunk : await storeOutcomes(operation, chunk, outcomes, deps);
  if (isFinished(ended)) return ended;
  await deps.queues.sendChanges([
    {
      change: { ...message, postponed: { times: attempts, since } },
      session: sessionOf(chunk.lane, isExpress(operation)),
      at: deps.now() + Math.max(retryAfterMs, Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** times)),
    },
  ]);
  return ended;
}

/** Why each user fails, by object id. A stale read ends by itself, so its user never fails for it. */
function failuresOf(stalled: Round['stalled']): ReadonlyMap<string, FailureReason> {
  const failures = new Map<string, FailureReason>();
  for (const [id, reason] of stalled) if (reason !== 'staleRead') failures.set(id, FAILURES[reason]);
  return failures;
}

/** Whether Graph answers for another user of the chunk, or of its lane. */
async function answersForOthers(
  chunk: Chunk,
  stalled: Round['stalled'],
  { graph, users, now }: ApplyDependencies,
): Promise<boolean> {
  const finished = idsOf(chunk.users.filter(({ outcome }) => outcome !== null && outcome.outcome !== 'failed'));
  const others = finished.length > 0 ? finished : await users.knownIn(chunk.lane, WITNESSES + stalled.size);
  const witnesses = others.filter((id) => !stalled.has(id)).slice(0, WITNESSES);
  const states = await readStates(graph, witnesses, now);
  return [...states.values()].some(({ kind }) => kind === 'known');
}
