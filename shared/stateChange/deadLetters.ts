import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { problemsOf, type Resolution } from '../domain/referencePage.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { type Chunk, isFinished, outcomesOf } from '../operations/chunk.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import type { ChangeMessage, PlanMessage } from '../queues/messages.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { readyAfterAssessment } from './assess.ts';
import { endUsers } from './endUsers.ts';
import { idsOf } from './openUser.ts';
import { operationFor } from './operationFor.ts';
import { carryOut, continueGroup, type PlanDependencies } from './plan.ts';
import { FAILURES, GIVE_UP_AFTER_MS } from './putAside.ts';
import { recordOutcomes } from './recordOutcomes.ts';

/**
 * Handles a dead letter of the queue `plans`: every reference of its page without an outcome fails. Repeated ones stay
 * duplicates.
 * @throws UnprocessableMessageError when the page does not exist
 */
export async function failPage(
  message: PlanMessage,
  reason: DeadLetterReason,
  deps: PlanDependencies,
): Promise<number> {
  const { operations } = deps;
  const operation = await operations.get(message.operationId);
  if (operation === undefined) throw new UnprocessableMessageError('No operation has this id.');
  const at = new Date(deps.now()).toISOString();

  let page = await operations.getReferences(operation.id, message.page);
  if (page === undefined) {
    if (operation.group === null) throw new UnprocessableMessageError('The operation has no such page of references.');
    // The listing of the group was cut off: the members that are missing count as one reference, the group.
    page = await operations.keepReferences(operation.id, message.page, {
      references: [operation.group],
      repeated: [],
      nextLink: null,
      missing: reason,
    });
  }
  if (operation.group !== null) await continueGroup(operation, message.page, page, deps);
  const problems = problemsOf(page);
  const failed: Resolution = {
    // A user has one outcome, and one audit entry, however often the request names it.
    references: page.references.map((_, position) => ({
      outcome: page.repeated.includes(position)
        ? { outcome: 'duplicate', at }
        : { outcome: 'failed', at, ...(problems.get(position) ?? reason) },
    })),
    notes: [],
    overrides: [],
  };
  const resolution = await operations.keepResolution(operation.id, message.page, failed);
  const ready = await readyAfterAssessment(operation, message, deps);
  if (ready !== undefined) await carryOut(ready, message.page, page, resolution, deps);
  return page.references.length;
}

/**
 * Handles a dead letter of the queue `changes`. A user with an open claim may have been changed without a record: the
 * state is read from Graph, and a change that was made is recorded as applied. All other users without an outcome fail. A
 * user whose state stays unknown keeps no other user from an outcome, and fails too when the claim is old.
 * @throws UnprocessableMessageError when the chunk does not exist
 * @throws RetryLaterError while it is uncertain whether a user was changed; the dead letter stays in its queue
 */
export async function failChunk(
  message: ChangeMessage,
  reason: DeadLetterReason,
  deps: ApplyDependencies,
): Promise<number> {
  if (message.lateWrites !== undefined) return 0; // a check: its users have their outcomes from other messages
  const { operations } = deps;
  const [whole, chunk] = await Promise.all([
    operations.get(message.operationId),
    operations.getChunk(message.operationId, message.chunk),
  ]);
  if (whole === undefined || chunk === undefined) throw new UnprocessableMessageError('No operation has this chunk.');
  const operation = operationFor(whole, chunk);
  const ended = await endChunk(operation, chunk, reason, deps);
  if (!isFinished(ended)) throw new RetryLaterError('Microsoft Graph does not show yet whether users were changed.');
  return outcomesOf(ended).filter(({ outcome }) => outcome === 'failed').length;
}

/** Ends the users of a chunk, as many as possible within the budget. Returns the chunk as it is stored then. */
async function endChunk(
  operation: Operation,
  chunk: Chunk,
  reason: DeadLetterReason,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const deadline = deps.now() + deps.retryBudgetMs;
  let current = chunk;
  for (let attempt = 0; !isFinished(current); attempt++) {
    const reasons = new Map(openIds(current).map((id) => [id, reason]));
    current = await keepEnded(operation, current, await endUsers(operation, current, reasons, deps), deps);
    if (isFinished(current)) return current;
    const pause = backoffMs(attempt, undefined, deps.random());
    if (deps.now() + pause > deadline)
      return keepEnded(operation, current, await giveUpOldClaims(operation, current, deps), deps);
    await deps.wait(pause);
    current = (await deps.operations.getChunk(operation.id, chunk.key)) ?? current;
  }
  await recordOutcomes(operation, current, deps);
  return current;
}

/** Ends users with claims so old that Graph had longer to answer than an outage of half an hour takes. */
async function giveUpOldClaims(
  operation: Operation,
  chunk: Chunk,
  deps: ApplyDependencies,
): Promise<ReadonlyMap<string, Outcome>> {
  const old = (await deps.users.load(chunk.lane, openIds(chunk))).filter(
    ({ claim }) => claim !== null && deps.now() - Date.parse(claim.at) > GIVE_UP_AFTER_MS,
  );
  const reasons = new Map(idsOf(old).map((id) => [id, FAILURES.graphUnavailable]));
  return endUsers(operation, chunk, reasons, deps, { isLast: true });
}

function openIds({ users }: Chunk): string[] {
  return idsOf(users.filter(({ outcome }) => outcome === null));
}

/** Stores outcomes and records them. Returns the chunk as it is stored then. */
async function keepEnded(
  operation: Operation,
  chunk: Chunk,
  outcomes: ReadonlyMap<string, Outcome>,
  deps: ApplyDependencies,
): Promise<Chunk> {
  if (outcomes.size === 0) return chunk;
  const stored = await deps.operations.putOutcomes(operation.id, chunk, outcomes);
  if (stored === undefined) return chunk; // another worker changed the chunk: the next attempt reads it
  await recordOutcomes(operation, stored, deps);
  return stored;
}
