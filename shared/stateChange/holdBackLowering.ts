import { isBeyondLimitApproved } from '../domain/approval.ts';
import { lowers } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type DailyLimit, explainDailyLimit } from '../pace/dailyLimit.ts';
import { isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import { conclude } from './decision.ts';
import { type DecidedUser, idsOf, isToWrite, type UserToWrite } from './openUser.ts';

/** The users of a round after the daily limit on lowering states. */
export interface WithinDailyLimit {
  /** Users beyond the limit are refused. */
  readonly users: readonly DecidedUser[];
  readonly refused: number;
  /** Ids of the users who were counted in this round. */
  readonly counted: readonly string[];
  /**
   * Gives back the users without our claim, because the claims were not stored.
   * @param rows the users' rows as they are stored now
   */
  giveBackUnclaimed(rows: readonly UserRow[]): Promise<void>;
  /** Gives back the users that Graph refused to change. */
  giveBackFailed(outcomes: ReadonlyMap<string, Outcome>): Promise<void>;
}

/**
 * Counts each user whose state is to be lowered against the daily limit, before any write, and refuses users beyond it.
 * A user with our claim was already counted by the delivery that stored the claim and was cut off. An operation
 * that was approved beyond the limit leaves the limit to the others.
 */
export async function holdBackLowering(
  operation: Operation,
  chunk: string,
  users: readonly DecidedUser[],
  { dailyLimit }: { readonly dailyLimit: DailyLimit },
): Promise<WithinDailyLimit> {
  const isOurs = ({ claim }: UserRow): boolean => claim !== null && isClaimOf(claim, operation.id, chunk);
  const isCounted = ({ decision, row }: UserToWrite): boolean =>
    lowers(decision.from, operation.targetState) && !isOurs(row) && !isBeyondLimitApproved(operation);
  const lowered = users.filter(isToWrite).filter(isCounted);
  const taken = await dailyLimit.take(lowered.length);
  const allowed = lowered.slice(0, taken.users);
  const beyond = new Set(lowered.slice(taken.users).map(({ id }) => id));
  const reason = explainDailyLimit(dailyLimit.usersPerDay);
  return {
    users: users.map((user) =>
      isToWrite(user) && beyond.has(user.id)
        ? { ...user, decision: conclude({ outcome: 'refused', ...reason, from: user.decision.from }) }
        : user,
    ),
    refused: beyond.size,
    counted: idsOf(allowed),
    giveBackUnclaimed: (rows) => {
      const claimed = rows.filter(isOurs).length;
      return dailyLimit.giveBack({ ...taken, users: allowed.length - claimed });
    },
    giveBackFailed: (outcomes) => {
      const failed = allowed.filter(({ id }) => outcomes.get(id)?.outcome === 'failed');
      return dailyLimit.giveBack({ ...taken, users: failed.length });
    },
  };
}
