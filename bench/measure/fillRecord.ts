import { DAY_MS, dayOf, keyOf } from '../../shared/audit/auditTime.ts';
import { type AuditEntry, entryKey, laneOfEntry } from '../../shared/audit/entry.ts';
import { cut, groupBy } from '../../shared/groupBy.ts';
import { toSplitText } from '../../shared/tables/splitText.ts';
import type { OpenTable } from '../../shared/tables/tables.ts';
import { submitInOrder } from '../../shared/tables/transaction.ts';

export const ACTORS = 20;
const USERS = 10_000;
const ENTRIES_OF_ROW = 100;
/** Every so many operations lower their users, with an override. */
const LOWERING_EVERY = 1_000;
const ROWS_AT_ONCE = 160;
const YEAR_MS = 365 * DAY_MS;

/** Things of a record to ask about. */
export interface FilledRecord {
  readonly userId: string;
  readonly operationId: string;
  readonly actor: string;
  /** The actor of a single entry, in the middle of the record. */
  readonly rareActor: string;
  /** When the newest entry happened, in milliseconds since 1970. */
  readonly newest: number;
}

/**
 * Stores an audit record of a year, as the service stores it, with fewer requests than the service takes.
 * @param end when it ends, in milliseconds since 1970
 */
export async function fillRecord(
  open: OpenTable,
  entries: number,
  end: number,
  newId: () => string,
): Promise<FilledRecord> {
  const users = Array.from({ length: USERS }, newId);
  const actors = Array.from({ length: ACTORS }, newId);
  const rows = Math.ceil(entries / ENTRIES_OF_ROW);
  const [byUser, byTime] = await Promise.all([open('audit'), open('auditByTime')]);
  const about = {
    userId: users[0] ?? '',
    actor: actors[0] ?? '',
    rareActor: newId(),
    newest: end,
    operationId: newId(),
  };
  for (const part of cut([...Array(rows).keys()], ROWS_AT_ONCE)) {
    const operations = part.map((number) => {
      const at = new Date(end - Math.floor((number * YEAR_MS) / rows)).toISOString();
      const id = number === Math.floor(rows / 3) ? about.operationId : newId();
      const actor = String(actors[number % ACTORS]);
      const members = Array.from({ length: ENTRIES_OF_ROW }, (_, index) =>
        entryOf({ at, id, actor, user: String(users[(number * ENTRIES_OF_ROW + index) % USERS]) }, number),
      );
      if (number === Math.floor(rows / 2)) members.push(haltBy(about.rareActor, at, newId()));
      return { at, id, members };
    });
    const inLanes = groupBy(
      operations.flatMap(({ members }) => members),
      laneOfEntry,
    );
    const inDays = groupBy(operations, ({ at }) => dayOf(Date.parse(at)));
    await Promise.all([
      ...[...inLanes].map(([partitionKey, members]) =>
        submitInOrder(
          byUser,
          members.map((entry) => ['create', { partitionKey, rowKey: entryKey(entry), ...toSplitText('entry', entry) }]),
        ),
      ),
      ...[...inDays].map(([partitionKey, same]) =>
        submitInOrder(
          byTime,
          same.map(({ at, id, members }) => [
            'create',
            {
              partitionKey,
              rowKey: `${keyOf(Date.parse(at))}_${id}_chunk-00000-00-000_000`,
              recordedAt: at,
              ...toSplitText('entries', members),
            },
          ]),
        ),
      ),
    ]);
  }
  return about;
}

interface Change {
  readonly at: string;
  readonly id: string;
  readonly actor: string;
  readonly user: string;
}

function entryOf({ at, id, actor, user }: Change, number: number): AuditEntry {
  const lowers = number % LOWERING_EVERY === 1;
  return {
    event: 'stateChanged',
    userId: user,
    reference: `${user.slice(0, 8)}@contoso.com`,
    operationId: id,
    actor: { kind: 'user', id: actor, name: `admin-${actor.slice(0, 4)}@contoso.com` },
    reason: 'Onboarding of the office in Lyon, ticket 4711',
    from: lowers ? 'enforced' : 'disabled',
    to: lowers ? 'disabled' : 'enabled',
    acceptedAt: at,
    at,
    requestId: `${user.slice(0, 8)}-4a6b-4c7d-8e9f-${id.slice(-12)}`,
    ...(lowers ? { overrides: ['weaken'] } : {}),
  };
}

function haltBy(actor: string, at: string, id: string): AuditEntry {
  return {
    event: 'writesHalted',
    userId: null,
    reference: '',
    operationId: null,
    actor: { kind: 'user', id: actor },
    reason: 'Incident 17',
    acceptedAt: null,
    at,
    id,
  };
}
