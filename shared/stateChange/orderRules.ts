import { isClaimOf } from '../users/claim.ts';
import { conclude, type Decision, type Situation } from './decision.ts';

/** How long to wait while another change of the user is under way. */
const WAIT_FOR_CLAIM_MS = 300;

/** Whether an earlier attempt of the same chunk claimed the user. */
export function isClaimedByUs({ operation, chunk, row }: Situation): boolean {
  return row.claim !== null && isClaimOf(row.claim, operation.id, chunk);
}

/**
 * The newest accepted change wins, in whatever order the messages arrive. A promotion leaves this order as it is: requested
 * changes are applied after it as if it had not happened. It has no sequence of its own, so its rank tells whether a
 * request that was accepted after it has changed the user. A newer change that is only under way supersedes nothing,
 * because it may still fail: this one waits for it.
 */
export function superseded({ operation, row }: Situation): Decision | undefined {
  const sequence = operation.kind === 'promotion' ? operation.rank : operation.sequence;
  if (row.sequence <= sequence) return undefined;
  return conclude({
    outcome: 'superseded',
    code: 'newerOperation',
    message: 'A newer operation has changed this user, so this operation did nothing.',
  });
}

/** A change under way is finished before another one begins. An abandoned one is ended first, so that its record is kept. */
export function claimedByAnother(situation: Situation): Decision | undefined {
  if (situation.row.claim === null || isClaimedByUs(situation)) return undefined;
  return { kind: 'retry', retryAfterMs: WAIT_FOR_CLAIM_MS };
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
