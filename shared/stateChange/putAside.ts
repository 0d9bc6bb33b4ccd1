import { sessionOf } from '../domain/lane.ts';
import { isExpress, type Operation } from '../domain/operation.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { ChangeMessage } from '../queues/messages.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
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

const FAILURES: Readonly<Record<Exclude<StallReason, 'staleRead'>, FailureReason>> = {
  unreadableAnswer: {
    code: 'unreadableAnswer',
    message:
      'Microsoft Graph answers for this user with a state that the service cannot read, so nothing was changed. Look at the user in the Entra admin center, then retry the operation.',
  },
  graphUnavailable: {
    code: 'graphUnavailable',
    message:
      'Microsoft Graph fails for this user again and again, so the change was given up. Retry the operation later; if it fails again, look at the user in the Entra admin center.',
  },
};

/**
 * Takes users who cannot be decided yet out of their lane, so that no other user waits for them: the chunk's message is
 * queued again with a delay, and the lane continues with the next message. When Graph has failed for a user often enough
 * while it answers for another user of the chunk, the user's change is given up.
 * @param stalled why Graph alone keeps users from an outcome, by object id; other users wait for a change under way
 * @returns the chunk as it is stored then
 */
export async function putAside(
  operation: Operation,
  chunk: Chunk,
  stalled: ReadonlyMap<string, StallReason>,
  message: ChangeMessage,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const { times, since } = message.postponed ?? { times: 0, since: new Date(deps.now()).toISOString() };
  const isLast = deps.now() - Date.parse(since) > GIVE_UP_AFTER_MS;
  const attempts = times + 1;
  const hopeless = isLast || attempts >= ATTEMPTS ? await stillFailing(chunk, stalled, deps, isLast) : new Map();
  if (hopeless.size > 0) {
    const outcomes = await endUsers(operation, chunk, hopeless, deps, { isLast });
    const ended = outcomes === undefined ? chunk : await storeOutcomes(operation, chunk, outcomes, deps);
    if (ended.users.every(({ outcome }) => outcome !== null)) return ended;
    chunk = ended;
  }
  await deps.queues.sendChanges([
    {
      change: { ...message, postponed: { times: attempts, since } },
      session: sessionOf(chunk.lane, isExpress(operation)),
      at: deps.now() + Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** times),
    },
  ]);
  return chunk;
}

/**
 * The users to give up: Graph fails for them once more, while it answers for another user of the chunk or of its lane.
 * Without another user's answer this may be an outage of Graph, and no user is given up before the last attempt.
 */
async function stillFailing(
  chunk: Chunk,
  stalled: ReadonlyMap<string, StallReason>,
  { graph, users, now }: ApplyDependencies,
  isLast: boolean,
): Promise<Map<string, FailureReason>> {
  const failing = new Map(
    [...stalled].flatMap(([id, reason]) => (reason === 'staleRead' ? [] : [[id, FAILURES[reason]] as const])),
  );
  if (isLast || failing.size === 0) return failing;
  const finished = idsOf(chunk.users.filter(({ outcome }) => outcome !== null && outcome.outcome !== 'failed'));
  const others = finished.length > 0 ? finished : await users.knownIn(chunk.lane, WITNESSES + failing.size);
  const witnesses = others.filter((id) => !stalled.has(id)).slice(0, WITNESSES);
  const states = await readStates(graph, witnesses, now);
  return [...states.values()].some(({ kind }) => kind === 'known') ? failing : new Map();
}
