import { groupBy, tally } from '../../shared/groupBy.ts';
import { isOver } from '../apiClient.ts';
import { type Evidence, isOriginal, type KnownOperation, type OperationEvidence, subjectOf } from './evidence.ts';
import type { FindingKind, Violation } from './finding.ts';

/** Rules about one operation: the answers to clients, the data in the API, and contradictions between them. */
export const operationRules = {
  acceptedIsKnown,
  knownIsListed,
  knownIsRequested,
  operationIsOver,
  referencesAreListed,
  itemsKeepTheOrder,
  membersAreListed,
  itemsHaveOutcomes,
  usersHaveOneOutcome,
  referencesAreCounted,
  outcomesAreCounted,
};

/** An operation that was accepted with 202 is never lost. */
function* acceptedIsKnown({ id, accepted, known }: OperationEvidence): Generator<Violation> {
  if (accepted && known === undefined) yield violation('lost', id, 'was accepted, and is not known.');
}

function* knownIsListed({ id, known, listed }: OperationEvidence): Generator<Violation> {
  if (known !== undefined && !listed) yield violation('lost', id, 'is known, and not listed among all.');
}

function* knownIsRequested({ id, known, requested }: OperationEvidence): Generator<Violation> {
  if (known !== undefined && !requested && known.kind !== 'promotion')
    yield violation('unrequested', id, `is a ${known.kind}, and no client asked for it.`);
}

function* operationIsOver({ id, known }: OperationEvidence): Generator<Violation> {
  if (known !== undefined && !isOver(known.report))
    yield violation('stuckOperations', id, `is still ${known.report.status}.`);
}

/** Every reference is among the items, as often as it was sent. */
function* referencesAreListed({ id, asked = [], known }: OperationEvidence): Generator<Violation> {
  if (known === undefined) return;
  const left = new Map(Object.entries(tally(known.items.map(({ reference }) => reference))));
  for (const reference of asked) {
    const times = left.get(reference) ?? 0;
    left.set(reference, times - 1);
    if (times < 1) yield violation('lost', id, `was sent ${reference}, which is not among its items.`);
  }
}

/** Clients may match items with their request by position. Reports the first item that is out of order. */
function* itemsKeepTheOrder({ id, asked = [], known }: OperationEvidence): Generator<Violation> {
  if (known === undefined || known.kind === 'retry') return;
  const position = asked.findIndex((reference, index) => known.items[index]?.reference !== reference);
  if (position < 0) return;
  const found = known.items[position]?.reference ?? 'nothing';
  yield violation('outcomeFalse', id, `was sent ${asked[position]} at position ${position}, and lists ${found} there.`);
}

/**
 * Every member of a group is an item, and no other user. Users who were deleted may be either. Where the listing broke
 * off, the group is an item itself, in the place of the members that are missing.
 */
function* membersAreListed({ id, members, known }: OperationEvidence, { causes }: Evidence): Generator<Violation> {
  if (members === undefined || known === undefined) return;
  const listed = new Set(known.items.map(({ reference }) => reference));
  const isWhole = known.group === null || !listed.has(known.group);
  for (const member of members)
    if (isWhole && !listed.has(member) && !causes?.deletedUsers.has(member))
      yield violation('lost', id, `is about a group, and its member ${member} is not among the items.`);
  const expected = new Set([...members, known.group]);
  for (const reference of listed)
    if (!expected.has(reference)) yield violation('outcomeFalse', id, `lists ${reference}, who is not in its group.`);
}

function* itemsHaveOutcomes({ id: operationId, known }: OperationEvidence): Generator<Violation> {
  for (const { reference, userId, outcome } of itemsOf(known))
    if (outcome === 'pending') {
      const about = userId === null ? {} : { userId };
      yield { kind: 'withoutOutcome', operationId, ...about, what: `${reference} has no outcome in ${operationId}.` };
    }
}

/**
 * However often a user is named, there is one outcome, and the other references repeat it. Names that were never looked
 * up, because their page could not be read or the operation was canceled first, each have their own.
 */
function* usersHaveOneOutcome({ id, known }: OperationEvidence, { faultFree }: Evidence): Generator<Violation> {
  const all = itemsOf(known);
  const lookedUp = all.filter(({ userId }) => userId !== null || faultFree);
  const unknown = new Set(
    all.filter((item) => item.userId === null && isOriginal(item)).map(({ reference }) => reference.toLowerCase()),
  );
  for (const [subject, items] of groupBy(lookedUp, subjectOf)) {
    const outcomes = items.map(({ outcome }) => outcome).join(', ');
    const times = items.filter(isOriginal).length;
    // The page of the original was given up before its users were looked up: it has the outcome all the same.
    const repeatsUnknown = items.every(
      (item) => !isOriginal(item) && (unknown.has(item.reference.toLowerCase()) || unknown.has(subject)),
    );
    if (times !== 1 && !repeatsUnknown)
      yield violation('outcomeFalse', id, `has ${times} outcomes for ${subject}: ${outcomes}.`);
  }
}

function* referencesAreCounted({ id, known }: OperationEvidence): Generator<Violation> {
  const { report, items } = known ?? {};
  if (report?.references !== items?.length)
    yield violation('countMismatches', id, `has ${report?.references} references, and ${items?.length} items.`);
}

function* outcomesAreCounted({ id, known }: OperationEvidence): Generator<Violation> {
  const counts = known?.report.counts ?? {};
  const listed = tally(itemsOf(known).map(({ outcome }) => outcome));
  for (const outcome of new Set([...Object.keys(counts), ...Object.keys(listed)])) {
    const counted = counts[outcome] ?? 0;
    const found = listed[outcome] ?? 0;
    if (counted !== found)
      yield violation('countMismatches', id, `counts ${counted} as ${outcome}, and ${found} are listed.`);
  }
}

function itemsOf(known: KnownOperation | undefined): KnownOperation['items'] {
  return known?.items ?? [];
}

function violation(kind: FindingKind, operationId: string, what: string): Violation {
  return { kind, operationId, what: `${operationId} ${what}` };
}
