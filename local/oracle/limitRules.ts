import { lowers } from '../../shared/domain/mfaState.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { Evidence } from './evidence.ts';
import type { Violation } from './finding.ts';

/** Rules about limits of the whole tenant. */
export const limitRules = { dailyLimitHolds, noneIsLoweredWithoutApproval };

/**
 * The service lowers no more users in a day than the limit allows. A write over a change that it could not see yet, from
 * outside or by Entra, is no lowering that it decided on; nor is the newer state that it writes again after a late write.
 */
function* dailyLimitHolds(evidence: Evidence): Generator<Violation> {
  if (evidence.causes === undefined) return;
  const { loweredPerDay } = evidence.causes;
  const days = groupBy(loweredOnPurpose(evidence), ({ at }) => new Date(at).toISOString().slice(0, 10));
  for (const [day, writes] of days)
    if (writes.length > loweredPerDay)
      yield {
        kind: 'limitExceeded',
        what: `${writes.length} users were lowered on ${day}, and the daily limit is ${loweredPerDay}.`,
      };
}

/** No operation lowers more users at once than it may without a second person. */
function* noneIsLoweredWithoutApproval(evidence: Evidence): Generator<Violation> {
  if (evidence.causes === undefined) return;
  const { loweredAtOnce } = evidence.causes;
  for (const [operation, writes] of groupBy(loweredOnPurpose(evidence), ({ clientRequestId }) => clientRequestId)) {
    const users = new Set(writes.map(({ userId }) => userId)).size;
    if (users > loweredAtOnce)
      yield {
        kind: 'limitExceeded',
        what: `${operation} lowered ${users} users without approval, and ${loweredAtOnce} are allowed.`,
      };
  }
}

/** The writes that lowered a user whose state the service could know. */
function loweredOnPurpose({ ledger, causes, operations }: Evidence): LedgerEntry[] {
  const readAgeMs = causes?.readAgeMs ?? 0;
  const targets = new Map(operations.map(({ id, known }) => [id, known?.targetState]));
  const lowered: LedgerEntry[] = [];
  for (const history of groupBy(ledger, ({ userId }) => userId).values())
    history.forEach((write, index) => {
      const { appliedBy, clientRequestId, from, to, at } = write;
      if (appliedBy !== 'client' || !lowers(from, to) || targets.get(clientRequestId) !== to) return;
      const before = history[index - 1];
      const isUnseen = before !== undefined && before.appliedBy !== 'client' && before.at > at - readAgeMs;
      if (!isUnseen) lowered.push(write);
    });
  return lowered;
}
