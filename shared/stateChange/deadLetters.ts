import type { Operation } from '../domain/operation.ts';
import type { Resolution } from '../domain/referencePage.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { type Chunk, isFinished, outcomesOf } from '../operations/chunk.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import type { ChangeMessage, PlanMessage } from '../queues/messages.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { endUsers } from './endUsers.ts';
import { idsOf } from './openUser.ts';
import { carryOut, type PlanDependencies } from './plan.ts';
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
  if (operation.group !== null && page.nextLink === null)
    await operations.update(operation.id, (current) =>
      current.pageCount === null ? { ...current, pageCount: message.page + 1 } : current,
    );
  const failed: Resolution = {
    // A user has one outcome, and one audit entry, however often the request names it.
    references: page.references.map((_, position) => ({
      outcome: page.repeated.includes(position) ? { outcome: 'duplicate', at } : { outcome: 'failed', at, ...reason },
    })),
    notes: [],
    overrides: [],
  };
  const resolution = await operations.keepResolution(operation.id, message.page, failed);
  await carryOut(operation, message.page, page, resolution, deps);
  return page.references.length;
}

/**
 * Handles a dead letter of the queue `changes`. A user with an open claim may have been changed without a record: the
 * state is read from Graph, and a change that was made is recorded as applied. All other users without an outcome fail.
 * @throws UnprocessableMessageError when the chunk does not exist
 * @throws RetryLaterError while reads of Graph may still be stale; the dead letter stays in its queue
 */
export async function failChunk(
  message: ChangeMessage,
  reason: DeadLetterReason,
  deps: ApplyDependencies,
): Promise<number> {
  if (message.lateWrites !== undefined) return 0; // a check: its users have their outcomes from other messages
  const { operations } = deps;
  const [operation, chunk] = await Promise.all([
    operations.get(message.operationId),
    operations.getChunk(message.operationId, message.chunk),
  ]);
  if (operation === undefined || chunk === undefined)
    throw new UnprocessableMessageError('No operation has this chunk.');
  const ended = await endChunk(operation, chunk, reason, deps);
  await recordOutcomes(operation, ended, deps);
  return outcomesOf(ended).filter(({ outcome }) => outcome === 'failed').length;
}

async function endChunk(
  operation: Operation,
  chunk: Chunk,
  reason: DeadLetterReason,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const deadline = deps.now() + deps.retryBudgetMs;
  let current = chunk;
  for (let attempt = 0; !isFinished(current); attempt++) {
    const open = idsOf(current.users.filter(({ outcome }) => outcome === null));
    const outcomes = await endUsers(operation, current, new Map(open.map((id) => [id, reason])), deps);
    if (outcomes !== undefined) {
      const stored = await deps.operations.putOutcomes(operation.id, current, outcomes);
      if (stored !== undefined) return stored;
    } else {
      const pause = backoffMs(attempt, undefined, deps.random());
      if (deps.now() + pause > deadline)
        throw new RetryLaterError('Microsoft Graph does not show yet whether users were changed.');
      await deps.wait(pause);
    }
    current = (await deps.operations.getChunk(operation.id, chunk.key)) ?? current;
  }
  return current;
}
