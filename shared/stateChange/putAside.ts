import { asideSessionOf } from '../domain/lane.ts';
import type { Operation } from '../domain/operation.ts';
import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import { type Chunk, isFinished } from '../operations/chunk.ts';
import type { ChangeMessage, Postponed } from '../queues/messages.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { Round } from './applyRound.ts';
import type { StallReason } from './decision.ts';
import { endUsers, type FailureReason } from './endUsers.ts';
import { answersForOthers } from './otherUsers.ts';
import { storeOutcomes } from './storeOutcomes.ts';

/** A user fails after so many failures of Graph in a row, if Graph answers for another user after the last two of them. */
const ATTEMPTS = 6;
/** A user fails after this time, whether Graph answers for others or not: longer than an outage of half an hour. */
export const GIVE_UP_AFTER_MS = 40 * 60_000;
/** The next attempts ask Graph in smaller and smaller batches, so that one user keeps no other from an answer. */
const BATCH_SIZES = [BATCH_MAX_REQUESTS, 5, 1];
/** Pauses double from a second to this. */
const LONGEST_PAUSE_MS = 30_000;

const UNAVAILABLE: FailureReason = {
  code: 'graphUnavailable',
  message:
    'Microsoft Graph fails for this user again and again, so the change was given up. Retry the operation later; if it fails again, look at the user in the Entra admin center.',
};

/** Why a user fails whose change is given up. */
export const FAILURES: Readonly<Record<Exclude<StallReason, 'staleRead'>, FailureReason>> = {
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
  const before: Postponed = message.postponed ?? { times: 0, since: new Date(deps.now()).toISOString() };
  const isLast = deps.now() - Date.parse(before.since) > GIVE_UP_AFTER_MS;
  const reasons = failuresOf(stalled);
  const failures = countFailures(before, reasons);
  const mayFailSoon = [...reasons.keys()].some((id) => (failures[id] ?? 0) >= ATTEMPTS - 1);
  const othersAnswered = mayFailSoon && (await answersForOthers(chunk, new Set(stalled.keys()), deps));
  // An outage may end between this attempt and the question about others, but not twice in a row.
  const mayFail = isLast || (othersAnswered && before.othersAnswered === true);
  const isHopeless = (id: string): boolean => mayFail && (failures[id] ?? 0) >= ATTEMPTS;
  const hopeless = new Map([...reasons].filter(([id]) => isHopeless(id) || before.givenUp?.includes(id)));
  const outcomes = await endUsers(operation, chunk, hopeless, deps, { isLast });
  const ended = outcomes.size === 0 ? chunk : await storeOutcomes(operation, chunk, outcomes, deps);
  if (isFinished(ended)) return ended;
  await deps.queues.sendChanges([
    {
      change: {
        ...message,
        postponed: {
          times: before.times + 1,
          since: before.since,
          batchSize: nextBatchSize(before, stalled),
          failures,
          othersAnswered,
          givenUp: [...hopeless.keys()].filter((id) => !outcomes.has(id)),
        },
      },
      session: asideSessionOf(chunk.lane),
      at: deps.now() + Math.max(retryAfterMs, Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** before.times)),
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

/** A user may have waited for something else in earlier attempts of the chunk, so the failures of each are counted. */
function countFailures({ failures = {}, givenUp = [] }: Postponed, reasons: ReadonlyMap<string, FailureReason>) {
  const counts = [...reasons.keys()].map((id) => [id, (failures[id] ?? 0) + 1] as const);
  // An attempt to end users who were given up asks about no others.
  return { ...(givenUp.length > 0 ? failures : {}), ...Object.fromEntries(counts) };
}

/** Smaller after each attempt in which Graph failed for a user. */
function nextBatchSize({ batchSize = BATCH_MAX_REQUESTS }: Postponed, stalled: Round['stalled']): number {
  if (![...stalled.values()].includes('graphUnavailable')) return batchSize;
  return BATCH_SIZES.find((size) => size < batchSize) ?? 1;
}
