import type { AuditEntry } from '../../shared/audit/entry.ts';
import { MAY_HAVE_WRITTEN } from '../../shared/stateChange/earlierWrite.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import { type Case, violationOf } from './cases.ts';
import type { Violation } from './finding.ts';
import { isTrueChange, truthInstead } from './trueChange.ts';

/** Rules about the audit entries of one user in one operation, against the outcome and the ledger. */
export const auditRules = {
  outcomeIsRecorded,
  writeHasAnOperation,
  changeIsRecorded,
  lateWriteIsRestored,
  restoringIsRecorded,
  outcomeIsRecordedOnce,
  entryFitsTheOutcome,
  recordedChangeIsTrue,
  recordedRestoringIsTrue,
  entryHasTheTarget,
  entryHasTheReason,
  entryHasTheTime,
  entryHasTheCode,
  entryNamesARequest,
};

/** The event that records an outcome. The other outcomes change nothing and deny nothing, so they have none. */
const EVENTS: Readonly<Record<string, AuditEntry['event']>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
  superseded: 'stateChangeSuperseded',
};

function eventOf({ operation, item }: Case): AuditEntry['event'] | undefined {
  return operation?.dryRun ? undefined : EVENTS[item?.outcome ?? ''];
}

function has({ entries }: Case, event: AuditEntry['event']): boolean {
  return entries.some((entry) => entry.event === event);
}

/** Entries about the outcome. A state may have to be restored beside it, and more than once. */
function ofOutcome({ entries }: Case): AuditEntry[] {
  return entries.filter(({ event }) => event !== 'stateRestored');
}

function* outcomeIsRecorded(one: Case): Generator<Violation> {
  const event = eventOf(one);
  if (event !== undefined && !has(one, event))
    yield violationOf('auditMissing', one, `is ${one.item?.outcome}, and has no entry ${event}.`);
}

function* writeHasAnOperation(one: Case): Generator<Violation> {
  if (one.change !== undefined && one.operation === undefined)
    yield violationOf('auditMissing', one, 'was written for an unknown operation.');
}

/**
 * A change is recorded also where the outcome says that there was none. Where its effect cannot be read, nothing can tell:
 * then the record says that the user may have been changed.
 */
function* changeIsRecorded(one: Case): Generator<Violation> {
  const first = one.change?.writes[0];
  if (first === undefined || first.from === first.to || eventOf(one) === 'stateChanged') return;
  if (isUnseen(one, first) && one.entries.some(({ message }) => message?.includes(MAY_HAVE_WRITTEN))) return;
  if (one.item?.outcome === 'canceled' && isTakenBackOutside(one, first)) return;
  if (!has(one, 'stateChanged'))
    yield violationOf('auditMissing', one, `went from ${first.from} to ${first.to}, and has no entry of it.`);
}

/** Whether the effect of a write could not be read: the user is gone, was moved back by Entra, or was changed outside. */
function isUnseen({ item, change, history }: Case, write: LedgerEntry): boolean {
  const isGone = item?.detail?.code === 'userNotFound' && change?.writes.every(({ acknowledged }) => !acknowledged);
  const next = history[history.indexOf(write) + 1];
  return isGone || (next?.appliedBy === 'entra' && next.to === write.from) || next?.appliedBy === 'control';
}

/** Whether the user was changed back outside before the write could be read: then nothing is different from before. */
function isTakenBackOutside({ history }: Case, write: LedgerEntry): boolean {
  const next = history[history.indexOf(write) + 1];
  return !write.acknowledged && next?.appliedBy === 'control' && next.to === write.from;
}

function* lateWriteIsRestored(one: Case): Generator<Violation> {
  if (one.change?.cameLate && !has(one, 'stateRestored'))
    yield violationOf('auditMissing', one, 'was written over a newer change, and has no entry stateRestored.');
}

function* restoringIsRecorded(one: Case): Generator<Violation> {
  for (const { to, changed } of one.change?.restored ?? [])
    if (changed && !one.entries.some((entry) => entry.event === 'stateRestored' && entry.to === to))
      yield violationOf('auditMissing', one, `was set back to ${to}, and has no entry of it.`);
}

function* outcomeIsRecordedOnce(one: Case): Generator<Violation> {
  for (const extra of ofOutcome(one).slice(1))
    yield violationOf('auditDuplicate', one, `has another entry, ${extra.event} of ${extra.at}.`);
}

function* entryFitsTheOutcome(one: Case): Generator<Violation> {
  for (const { event } of ofOutcome(one))
    if (event !== eventOf(one))
      yield violationOf('auditFalse', one, `is ${one.item?.outcome ?? 'no item'}, and has an entry ${event}.`);
}

/** No entry claims a change that Graph did not carry out, and each has the true state from before. */
function* recordedChangeIsTrue(one: Case): Generator<Violation> {
  for (const entry of one.entries)
    if (entry.event === 'stateChanged' && !isTrueChange(entry, one)) {
      const { from, to } = entry;
      yield violationOf(
        'auditFalse',
        one,
        `is recorded as changed from ${from} to ${to}, ${truthInstead(entry, one)}.`,
      );
    }
}

function* recordedRestoringIsTrue(one: Case): Generator<Violation> {
  for (const { event, to } of one.entries)
    if (event === 'stateRestored' && !one.change?.restored.some((write) => write.to === to))
      yield violationOf('auditFalse', one, `is recorded as restored to ${to}, which was never written.`);
}

function* entryHasTheTarget(one: Case): Generator<Violation> {
  const target = one.operation?.targetState;
  for (const { event, to } of target === undefined ? [] : ofOutcome(one))
    if (to !== target) yield violationOf('auditFalse', one, `has an entry ${event} to ${to} instead of ${target}.`);
}

function* entryHasTheReason(one: Case): Generator<Violation> {
  for (const { event, reason } of one.operation === undefined ? [] : one.entries)
    if (reason !== one.operation?.reason)
      yield violationOf('auditFalse', one, `has an entry ${event} with the reason of another operation.`);
}

function* entryHasTheTime(one: Case): Generator<Violation> {
  const at = one.item?.detail?.decidedDateTime;
  for (const entry of one.item === undefined ? [] : ofOutcome(one))
    if (entry.at !== at)
      yield violationOf('auditFalse', one, `has an entry of ${entry.at}, and its outcome is of ${at}.`);
}

function* entryHasTheCode(one: Case): Generator<Violation> {
  const code = one.item?.detail?.code;
  for (const entry of one.item === undefined ? [] : ofOutcome(one))
    if (entry.code !== code)
      yield violationOf('auditFalse', one, `has an entry with code ${entry.code}, and its outcome has ${code}.`);
}

const FAILURES: ReadonlySet<string> = new Set(['stateChangeFailed', 'stateChangeRefused']);

/** A request that an entry names is one that wrote the user. The entry of a failure names the request of its outcome. */
function* entryNamesARequest(one: Case): Generator<Violation> {
  for (const { event, requestId } of one.entries) {
    if (requestId === undefined) continue;
    const isTrue = FAILURES.has(event)
      ? requestId === one.item?.detail?.requestId
      : one.change?.writes.some((write) => write.requestId === requestId);
    if (!isTrue)
      yield violationOf('auditFalse', one, `has an entry with request ${requestId}, which the ledger does not have.`);
  }
}
