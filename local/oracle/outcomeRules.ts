import { type Case, violationOf } from './cases.ts';
import type { Violation } from './finding.ts';
import { isTrueChange, truthInstead } from './trueChange.ts';

/** Rules about the outcome of one user in one operation, against the ledger. */
export const outcomeRules = {
  appliedIsTrue,
  appliedIsToTheTarget,
  unchangedWasInTheTargetState,
  dryRunWritesNothing,
  appliedIsOneWrite,
  appliedIsAcknowledged,
  writesChangeSomething,
  writesAreToTheTarget,
  othersAreNotWritten,
};

/** The operation changed every user that is reported as applied, from the reported state. */
function* appliedIsTrue(one: Case): Generator<Violation> {
  const { item } = one;
  if (item?.outcome !== 'applied' || isTrueChange(item.detail ?? {}, one)) return;
  const { from, to } = item.detail ?? {};
  yield violationOf('outcomeFalse', one, `is reported as changed from ${from} to ${to}, ${truthInstead({ to }, one)}.`);
}

function* appliedIsToTheTarget(one: Case): Generator<Violation> {
  const { item, operation } = one;
  if (item?.outcome === 'applied' && item.detail?.to !== operation?.targetState)
    yield violationOf(
      'outcomeFalse',
      one,
      `is reported as changed to ${item.detail?.to} instead of ${operation?.targetState}.`,
    );
}

/** Reads lag, and states come and go: at some time it must have been true. */
function* unchangedWasInTheTargetState(one: Case): Generator<Violation> {
  const { item, operation, before, history } = one;
  if (item?.outcome !== 'unchanged') return;
  const states = [before, ...history.map(({ to }) => to)];
  if (!states.includes(operation?.targetState))
    yield violationOf('outcomeFalse', one, `is reported as unchanged, and never was ${operation?.targetState}.`);
}

function* dryRunWritesNothing(one: Case): Generator<Violation> {
  if (one.operation?.dryRun && one.change !== undefined)
    yield violationOf('needlessWrites', one, `was written ${one.change.writes.length} times by a dry run.`);
}

/** Without faults, no write is repeated. */
function* appliedIsOneWrite(one: Case): Generator<Violation> {
  const times = one.change?.writes.length ?? 0;
  if (one.faultFree && one.item?.outcome === 'applied' && times !== 1)
    yield violationOf('needlessWrites', one, `is reported as applied, and was written ${times} times.`);
}

/** If no answer is lost, Graph has confirmed every change that is reported as applied. */
function* appliedIsAcknowledged(one: Case): Generator<Violation> {
  if (!one.faultFree || one.item?.outcome !== 'applied') return;
  if (one.change?.writes.some(({ acknowledged }) => !acknowledged))
    yield violationOf('outcomeFalse', one, 'is reported as applied, and Graph never acknowledged it.');
}

/** Without stale reads, a user who already has the state is not written. */
function* writesChangeSomething(one: Case): Generator<Violation> {
  if (!one.faultFree) return;
  for (const { from, to } of one.change?.writes ?? [])
    if (from === to) yield violationOf('needlessWrites', one, `was written although already ${to}.`);
}

/** Without late writes, no state is restored. */
function* writesAreToTheTarget(one: Case): Generator<Violation> {
  const { faultFree, operation, change } = one;
  if (!faultFree || operation === undefined) return;
  for (const { to } of change?.writes ?? [])
    if (to !== operation.targetState)
      yield violationOf('needlessWrites', one, `was to become ${operation.targetState}, and was written as ${to}.`);
}

/** Without faults, a user with another outcome, or outside the list, is not written. */
function* othersAreNotWritten(one: Case): Generator<Violation> {
  const { faultFree, item, change } = one;
  if (!faultFree || change === undefined || item?.outcome === 'applied') return;
  const who = item === undefined ? 'is not on the list' : `is reported as ${item.outcome}`;
  yield violationOf('needlessWrites', one, `${who}, and was written ${change.writes.length} times.`);
}
