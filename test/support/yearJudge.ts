import type { LedgerEntry } from '../../local/graph/ledger.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';

/** The true history of one user, and the record about the user. */
export interface UserYear {
  readonly userId: string;
  /** The state before the first write. */
  readonly first: string;
  /** The state in the end; undefined for a deleted user. */
  readonly last: string | undefined;
  /** Writes that changed the state, oldest first. */
  readonly writes: readonly LedgerEntry[];
  readonly entries: readonly AuditEntry[];
  /** Whether the user was registered from the beginning. */
  readonly wasRegistered: boolean;
  /** When the user registered the first method, in milliseconds since 1970; undefined for a user without a method. */
  readonly registeredAt: number | undefined;
  /** Whether each step must be recorded: the audit log of Entra could always be read. */
  readonly isEachStepKnown: boolean;
}

const STATES = new Set(['stateChanged', 'stateRestored', 'changedOutside', 'enforcedByEntra']);
const CLOCKS_MS = 60_000;

/** What is wrong with the record about a user, judged by the true history; empty when nothing is. */
export function judgeYear(year: UserYear): string[] {
  const entries = inOrder(year);
  const changes = entries.filter(({ event }) => STATES.has(event));
  const wrong = [
    ...brokenChain(year, changes),
    ...withoutCause(year, changes),
    ...unrecorded(year, changes),
    ...registrations(year, entries),
  ];
  return wrong.map((what) => `${year.userId} ${what}\n${story(year, entries)}`);
}

/** The entries in the order of what they record: those of a write have its place in the true history. */
function inOrder({ entries, writes }: UserYear): AuditEntry[] {
  const placed = entries.map((entry) => {
    const place = writes.findIndex((write) =>
      entry.operationId === null
        ? entry.directoryAuditId !== undefined && iso(write.at) === entry.at && write.to === entry.to
        : write.clientRequestId === entry.operationId && write.appliedBy === 'client',
    );
    return { entry, place, at: writes[place] === undefined ? Date.parse(entry.at) : writes[place].at };
  });
  return placed.sort((a, b) => a.at - b.at || a.place - b.place).map(({ entry }) => entry);
}

/** Each recorded change begins where the one before it ended, so that none is recorded twice and none is missing. */
function* brokenChain({ first, last }: UserYear, changes: readonly AuditEntry[]): Generator<string> {
  let state = first;
  for (const { event, from, to = '', at } of changes) {
    if (from !== state) yield `was ${state}, and ${event} at ${at} is from ${from} to ${to}.`;
    state = to;
  }
  if (last !== undefined && state !== last) yield `is ${last}, and ${state} according to the record.`;
}

/** Each finding has a change by others as its cause, within its window. */
function* withoutCause({ writes }: UserYear, changes: readonly AuditEntry[]): Generator<string> {
  const outside = writes.filter(({ appliedBy }) => appliedBy !== 'client');
  for (const { event, from, to, at, between, directoryAuditId } of changes) {
    if (event === 'stateChanged' || event === 'stateRestored') continue;
    if (directoryAuditId !== undefined) {
      const cause = outside.find((write) => iso(write.at) === at && write.from === from && write.to === to);
      if (cause === undefined) yield `has ${event} at ${at} without such a change.`;
      else if ((cause.appliedBy === 'entra') !== (event === 'enforcedByEntra'))
        yield `has ${event} at ${at}, and it was a change by ${cause.appliedBy}.`;
      continue;
    }
    const within = outside.filter((write) => between && iso(write.at) > between.from && iso(write.at) <= between.to);
    const begins = within.findIndex((write) => write.from === from);
    const ends = within.findLastIndex((write) => write.to === to);
    if (begins === -1 || ends < begins)
      yield `has ${event} from ${from} to ${to} between ${between?.from} and ${between?.to}, without such a change.`;
  }
}

/** Each change by others is recorded, or lies within the window of a difference. */
function* unrecorded({ writes, isEachStepKnown }: UserYear, changes: readonly AuditEntry[]): Generator<string> {
  if (!isEachStepKnown) return;
  const found = changes.filter(({ event }) => event === 'changedOutside' || event === 'enforcedByEntra');
  for (const { at, from, to, appliedBy } of writes) {
    if (appliedBy === 'client') continue;
    const isRecorded = found.some(({ directoryAuditId, between, ...entry }) =>
      directoryAuditId === undefined
        ? between !== undefined && between.from < iso(at) && iso(at) <= between.to
        : entry.at === iso(at) && entry.from === from && entry.to === to,
    );
    if (!isRecorded) yield `was changed from ${from} to ${to} at ${iso(at)} by ${appliedBy}, which is not recorded.`;
  }
}

/** A registration while the user was enabled is recorded once, and no other is claimed. */
function* registrations(
  { writes, registeredAt, wasRegistered, first, last }: UserYear,
  entries: readonly AuditEntry[],
): Generator<string> {
  const completed = entries.filter(({ event }) => event === 'registrationCompleted');
  for (const { at, methodCreatedAt } of completed) {
    const time = Date.parse(methodCreatedAt ?? at);
    if (registeredAt === undefined || time !== registeredAt) yield `has not registered at ${iso(time)}.`;
    else if (stateAt(first, writes, time) !== 'enabled' && stateAt(first, writes, time - 1) !== 'enabled')
      yield `was not enabled at ${iso(time)}, when the user registered.`;
  }
  for (const { at } of entries.filter(({ event }) => event === 'alreadyRegistered'))
    if (!wasRegistered && (registeredAt === undefined || registeredAt > Date.parse(at)))
      yield `had not registered by ${at}.`;
  if (completed.length > 1) yield `has ${completed.length} completed registrations, and registered once.`;
  if (registeredAt === undefined || last === undefined || stateAt(first, writes, registeredAt - 1) !== 'enabled')
    return;
  const next = writes.find(({ at }) => at >= registeredAt);
  const isSeen = next === undefined || (next.appliedBy === 'entra' && next.at <= registeredAt + CLOCKS_MS);
  if (isSeen && completed.length === 0)
    yield `registered at ${iso(registeredAt)} while enabled, which is not recorded.`;
}

function stateAt(first: string, writes: readonly LedgerEntry[], time: number): string {
  return writes.findLast(({ at }) => at <= time)?.to ?? first;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Both histories, for the message of a failure. */
function story({ first, writes, registeredAt }: UserYear, entries: readonly AuditEntry[]): string {
  const lines = [
    ...writes.map(({ at, from, to, appliedBy }) => `${iso(at)} true: ${from} → ${to} by ${appliedBy}`),
    ...entries.map(({ at, event, from, to, between, directoryAuditId, methodCreatedAt }) =>
      [
        `${at} record: ${event} ${from ?? ''} → ${to ?? ''}`,
        between && `${between.from}…${between.to}`,
        directoryAuditId,
        methodCreatedAt,
      ]
        .filter(Boolean)
        .join(' '),
    ),
    ...(registeredAt === undefined ? [] : [`${iso(registeredAt)} true: registered`]),
  ];
  return [`  first ${first}`, ...lines.sort().map((line) => `  ${line}`)].join('\n');
}
