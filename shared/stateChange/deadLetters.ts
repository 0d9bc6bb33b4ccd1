import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { mergeOutcomes, type Outcome } from '../domain/outcome.ts';
import type { Resolution } from '../domain/referencePage.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import type { Read } from '../graph/read.ts';
import { readStates } from '../graph/requirements.ts';
import { type Chunk, isSettled } from '../operations/chunk.ts';
import type { DeadLetterReason } from '../queues/deadLetterReason.ts';
import type { ChangeMessage, PlanMessage } from '../queues/messages.ts';
import { isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyEffects } from './applyEffects.ts';
import { type Decision, decide } from './decide.ts';
import { recordOutcomes } from './effects.ts';
import { carryOut, type PlanEffects } from './plan.ts';
import { CLAIM_TO_WRITE_MS } from './round.ts';

/**
 * Ends what a dead letter of the queue `plans` was about: every reference of its page that has no outcome failed.
 * @throws UnprocessableMessageError when there is no such page
 */
export async function failPage(message: PlanMessage, reason: DeadLetterReason, effects: PlanEffects): Promise<number> {
  const { operations } = effects;
  const operation = await operations.get(message.operationId);
  if (operation === undefined) throw new UnprocessableMessageError('There is no operation with this id.');
  const at = new Date(effects.now()).toISOString();

  let page = await operations.getReferences(operation.id, message.page);
  if (page === undefined) {
    if (operation.group === null) throw new UnprocessableMessageError('The operation has no such page of references.');
    // The group could not be listed to its end: what is missing counts as one reference, the group.
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
    references: page.references.map(() => ({ outcome: { outcome: 'failed', at, ...reason } })),
    notes: [],
    overrides: [],
  };
  const resolution = await operations.keepResolution(operation.id, message.page, failed);
  await carryOut(operation, message.page, page, resolution, effects);
  return page.references.length;
}

/**
 * Ends what a dead letter of the queue `changes` was about. A user on whom a claim is still open may have been changed
 * without anybody saying so: Graph is asked, and what was changed is recorded as applied. All others failed.
 * @throws UnprocessableMessageError when there is no such chunk
 * @throws RetryLaterError when Graph cannot say for certain yet; the dead letter stays where it is
 */
export async function failChunk(
  message: ChangeMessage,
  reason: DeadLetterReason,
  effects: ApplyEffects,
): Promise<number> {
  const { operations } = effects;
  const [operation, chunk] = await Promise.all([
    operations.get(message.operationId),
    operations.getChunk(message.operationId, message.chunk),
  ]);
  if (operation === undefined || chunk === undefined)
    throw new UnprocessableMessageError('There is no operation with this chunk.');
  const ended = await endChunk(operation, chunk, reason, effects);
  await recordOutcomes(operation, ended, effects);
  return ended.outcomes.filter((outcome) => outcome?.outcome === 'failed').length;
}

async function endChunk(
  operation: Operation,
  chunk: Chunk,
  reason: DeadLetterReason,
  effects: ApplyEffects,
): Promise<Chunk> {
  const deadline = effects.now() + effects.retryBudgetMs;
  let current = chunk;
  for (let attempt = 0; !isSettled(current); attempt++) {
    const outcomes = await endUsers(operation, current, reason, effects);
    if (outcomes !== undefined) {
      const merged = mergeOutcomes(current.outcomes, outcomes);
      const stored = await effects.operations.putOutcomes(operation.id, current, merged);
      if (stored !== undefined) return stored;
    } else {
      const pause = backoffMs(attempt, undefined, effects.random());
      if (effects.now() + pause > deadline)
        throw new RetryLaterError('Microsoft Graph does not say yet whether users were changed.');
      await effects.wait(pause);
    }
    current = (await effects.operations.getChunk(operation.id, chunk.key)) ?? current;
  }
  return current;
}

/** The last outcome of each user who has none; undefined while Graph cannot say for certain. */
async function endUsers(
  operation: Operation,
  chunk: Chunk,
  reason: DeadLetterReason,
  { users, graph, now, consistencyMs }: ApplyEffects,
): Promise<(Outcome | null)[] | undefined> {
  const rows = await users.load(
    chunk.lane,
    chunk.users.map(({ id }) => id),
  );
  const claimed = rows.filter((row) => row.claim !== null && isClaimOf(row.claim, operation.id, chunk.key));
  const states = await readStates(
    graph,
    claimed.map(({ id }) => id),
    now,
  );
  const stateOf = new Map(claimed.map(({ id }, index) => [id, states[index] as Read<MfaState>]));
  const decideOn = (row: UserRow): Decision =>
    decide({
      operation,
      chunk: chunk.key,
      row,
      state: stateOf.get(row.id) ?? { kind: 'unasked' },
      registered: { kind: 'unasked' },
      now: now(),
      consistencyMs,
    });
  const uncertain = claimed.some((row) => {
    const { kind } = decideOn(row);
    if (kind === 'later') return true;
    // A write may not show yet, or not be sent yet by a worker that lost the message and goes on.
    const sinceClaimMs = now() - Date.parse(row.claim?.at ?? '');
    return kind === 'write' && sinceClaimMs < CLAIM_TO_WRITE_MS + consistencyMs;
  });
  if (uncertain) return undefined;

  const at = new Date(now()).toISOString();
  return rows.map((row, index): Outcome | null => {
    if (chunk.outcomes[index]) return null;
    const decision = decideOn(row);
    if (decision.kind === 'confirm')
      return {
        outcome: 'applied',
        at,
        from: decision.from,
        to: operation.targetState,
        overrides: [...decision.overrides],
      };
    if (decision.kind === 'settle' && decision.outcome.outcome !== 'failed') return decision.outcome;
    return { outcome: 'failed', at, ...reason };
  });
}
