import { lowers } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import { conclude, type Decision, type Situation } from './decision.ts';

/** How long to wait while another change of the user is under way. */
const WAIT_FOR_CLAIM_MS = 300;

/** Whether an earlier attempt of the same chunk claimed the user. */
export function isClaimedByUs({ operation, chunk, row }: Situation): boolean {
  return row.claim !== null && isClaimOf(row.claim, operation.id, chunk);
}

/** Rows with a greater sequence have a change that was accepted later. A promotion has no sequence of its own. */
export function orderOf({ kind, rank, sequence }: Operation): string {
  return kind === 'promotion' ? rank : sequence;
}

/**
 * The newest accepted change wins, in whatever order the messages arrive. A promotion leaves this order as it is: requested
 * changes are applied after it as if it had not happened. It has no sequence of its own, so its rank tells whether a
 * request that was accepted after it has changed the user. A newer change that is only under way supersedes nothing,
 * because it may still fail: this one waits for it.
 */
export function superseded({ operation, row }: Situation): Decision | undefined {
  if (row.sequence <= orderOf(operation) || undercuts(row, operation)) return undefined;
  return conclude({
    outcome: 'superseded',
    code: 'newerOperation',
    message: 'A newer operation has changed this user, so this operation did nothing.',
    ...(row.operationId === '' ? {} : { supersededBy: row.operationId }),
  });
}

/**
 * Whether the newer change set a weaker state than this operation asks for, and was asked for by another caller, without
 * the right to lower states. Had this operation been carried out first, the newer change would have been refused: so it
 * supersedes nothing that was waiting when it was accepted.
 */
function undercuts(row: UserRow, operation: Operation): boolean {
  const { state, by } = row;
  if (state === null || by === null || by.mayWeaken || operation.kind === 'promotion') return false;
  const wasWaiting = operation.rank < row.sequence;
  return wasWaiting && by.actor !== operation.actor.id && lowers(operation.targetState, state);
}

/** A change under way is finished before another one begins. An abandoned one is ended first, so that its record is kept. */
export function claimedByAnother(situation: Situation): Decision | undefined {
  if (situation.row.claim === null || isClaimedByUs(situation)) return undefined;
  return { kind: 'retry', retryAfterMs: WAIT_FOR_CLAIM_MS };
}

/**
 * An earlier attempt of the same chunk found the user in the target state, made the change count as the newest, and was cut
 * off before it stored the outcome. That decision stands: older changes of the user may already have ended because of it.
 */
export function foundUnchanged({ operation, chunk, row }: Situation): Decision | undefined {
  const isOurs = row.operationId === operation.id && row.chunk === chunk && row.claim === null;
  return isOurs && row.state === operation.targetState
    ? conclude({ outcome: 'unchanged', from: row.state })
    : undefined;
}

/** Another chunk of the same operation has changed the user. */
export function duplicate({ operation, chunk, row }: Situation): Decision | undefined {
  const isSameOperation = row.operationId === operation.id && row.sequence === operation.sequence;
  return isSameOperation && row.chunk !== chunk ? conclude({ outcome: 'duplicate' }) : undefined;
}

/** A user that an attempt has claimed may have been written: `canceledClaim` decides on the state. */
export function canceled(situation: Situation): Decision | undefined {
  if (situation.operation.cancelRequestedAt === null || isClaimedByUs(situation)) return undefined;
  return conclude({ outcome: 'canceled' });
}
