import { type AuditEntry, type AuditEvent, isDecision } from '../../shared/audit/entry.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { ControlUser } from '../graph/control.ts';
import { isOfOperation } from './cases.ts';
import type { Evidence } from './evidence.ts';
import type { FindingKind, Violation } from './finding.ts';

/** Rules about what registration sweeps recorded, against the directory. */
export const registrationRules = {
  registrationsAreRecorded,
  registrationEntriesHaveAReason,
  movesOfEntraAreTrue,
  otherEntriesHaveAnOperation,
};

const EVENTS = [
  'registrationCompleted',
  'alreadyRegistered',
  'enforcedByEntra',
  'stuckEnabled',
  'changedOutside',
] as const;
type Event = (typeof EVENTS)[number];

/** A registered user has one of two entries: the evidence does not tell when the user registered. */
const KINDS = {
  'registrationCompleted or alreadyRegistered': ['registrationCompleted', 'alreadyRegistered'],
  enforcedByEntra: ['enforcedByEntra'],
  stuckEnabled: ['stuckEnabled'],
  changedOutside: ['changedOutside'],
} as const satisfies Readonly<Record<string, readonly Event[]>>;
type Kind = keyof typeof KINDS;

/** The entries that registration sweeps make about what they find. */
export function registrationEntries(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ event }) => isRegistrationEvent(event));
}

function isRegistrationEvent(event: AuditEvent): event is Event {
  return EVENTS.some((one) => one === event);
}

function* registrationsAreRecorded(evidence: Evidence): Generator<Violation> {
  for (const { userId, event, times, expected } of tallyOf(evidence))
    if (times < expected)
      yield violation('auditMissing', userId, `has ${times} entries ${event}, and should have ${expected}.`);
}

/** Every entry describes a real event of a real user, once. Without a sweep there are no entries. */
function* registrationEntriesHaveAReason(evidence: Evidence): Generator<Violation> {
  for (const { userId, event, times, expected } of tallyOf(evidence))
    if (times > expected) {
      const kind = expected === 0 ? 'auditFalse' : 'auditDuplicate';
      yield violation(kind, userId, `has ${times} entries ${event}, and there was reason for ${expected}.`);
    }
}

function* movesOfEntraAreTrue({ audit }: Evidence): Generator<Violation> {
  for (const { event, userId, reference, from, to } of audit.audit)
    if (event === 'enforcedByEntra' && (from !== 'enabled' || to !== 'enforced'))
      yield violation('auditFalse', userId ?? reference, `is recorded as moved by Entra from ${from} to ${to}.`);
}

/** Reminders, the other entries of no operation, are switched off here. */
function* otherEntriesHaveAnOperation({ audit }: Evidence): Generator<Violation> {
  for (const entry of audit.audit)
    if (!isOfOperation(entry) && !isDecision(entry) && !isRegistrationEvent(entry.event))
      yield violation('auditFalse', entry.userId ?? entry.reference, `has an entry ${entry.event} of no operation.`);
}

interface Tally {
  readonly userId: string;
  readonly event: string;
  readonly times: number;
  readonly expected: number;
}

/** For each user or other subject with entries: the actual and the expected number of entries for each event. */
function tallyOf({ audit, ledger, swept = [] }: Evidence): Tally[] {
  const entries = groupBy(registrationEntries(audit.audit), ({ userId, reference }) => userId ?? reference);
  const users = new Map(swept.map((user) => [user.id, user]));
  const moves = groupBy(
    ledger.filter(({ appliedBy }) => appliedBy === 'entra'),
    ({ userId }) => userId,
  );
  const promoted = promotedBy(audit.audit);
  return [...new Set([...users.keys(), ...entries.keys()])].flatMap((userId) => {
    const expected = expectedOf(users.get(userId), moves.get(userId)?.length ?? 0, promoted.has(userId));
    return Object.entries(KINDS).map(([event, events]) => ({
      userId,
      event,
      times: (entries.get(userId) ?? []).filter((entry) => events.some((one) => one === entry.event)).length,
      expected: expected.get(event) ?? 0,
    }));
  });
}

/**
 * Users who are enabled and registered at the end have both entries; users that Entra moved have an entry for that and one
 * for their registration.
 */
function expectedOf(user: ControlUser | undefined, moves: number, promoted: boolean): ReadonlyMap<string, number> {
  if (user === undefined) return new Map();
  const waits = user.state === 'enabled' && user.registered;
  const expected: Readonly<Record<Kind, number>> = {
    'registrationCompleted or alreadyRegistered': moves + (waits || promoted ? 1 : 0),
    enforcedByEntra: moves,
    stuckEnabled: waits ? 1 : 0,
    changedOutside: 0,
  };
  return new Map(Object.entries(expected));
}

/** Users that the service itself enforced because they had registered. */
function promotedBy(entries: readonly AuditEntry[]): Set<string | null> {
  return new Set(
    entries
      .filter(({ event, actor }) => event === 'stateChanged' && actor.kind === 'service')
      .map(({ userId }) => userId),
  );
}

function violation(kind: FindingKind, userId: string, what: string): Violation {
  return { kind, userId, what: `${userId} ${what}` };
}
