import type { LedgerEntry } from '../graph/ledger.ts';
import type { Causes } from './causes.ts';
import type { UserEvidence, UserOutcome } from './users.ts';

/** The last change of a user by an administrator, past the service; undefined when there is none. */
export function lastOutsideChange({ history }: UserEvidence): LedgerEntry | undefined {
  return history.findLast(({ appliedBy, from, to }) => appliedBy === 'control' && from !== to);
}

/**
 * Whether the newest operation may not have seen the last change of a user, because that came from outside, or from Entra
 * after it: the operation had written before, or had read the state before.
 */
export function mayHaveMissed(user: UserEvidence, last: LedgerEntry | undefined, causes: Causes): boolean {
  const { history, newest, outcomes } = user;
  const outside = lastOutsideChange(user);
  if (outside === undefined || last === undefined) return false;
  const isEntraAfter = last.appliedBy === 'entra' && last.number > outside.number;
  if (last !== outside && !isEntraAfter) return false;
  if (newest === undefined) return true;
  const wrote = history.some(
    ({ clientRequestId, appliedBy }) => appliedBy === 'client' && clientRequestId === newest.report.id,
  );
  if (wrote) return true; // all of its writes came before: the change from outside is the last one
  const decidedAt = decidedAtOf(outcomes.find(({ operation }) => operation === newest));
  return decidedAt === undefined || decidedAt <= outside.at + causes.readAgeMs;
}

/**
 * The write of the service that wrongly replaced a change from outside: of an operation that had an outcome for the user
 * before, although Graph acknowledged the write, so that it was not on its way for long. The write of a newer state again,
 * after a late write, may replace a change from outside: the late write did so already.
 */
export function overwriterOf(change: LedgerEntry, { history, outcomes }: UserEvidence): LedgerEntry | undefined {
  const writes = history.filter(
    ({ number, appliedBy, from, to }) => number > change.number && appliedBy === 'client' && from !== to,
  );
  return writes.find(({ clientRequestId, acknowledged, to }) => {
    const outcome = outcomes.find(({ operation }) => operation.report.id === clientRequestId);
    if (outcome === undefined || !acknowledged || to !== outcome.operation.targetState) return false;
    const decidedAt = decidedAtOf(outcome);
    return decidedAt !== undefined && decidedAt < change.at;
  });
}

function decidedAtOf(outcome: UserOutcome | undefined): number | undefined {
  const at = outcome?.item.detail?.decidedDateTime;
  return at === undefined ? undefined : Date.parse(at);
}
