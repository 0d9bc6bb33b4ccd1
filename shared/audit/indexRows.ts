import type { TableClient, TableEntity } from '@azure/data-tables';
import type { BoundedMap } from '../boundedMap.ts';
import { cut, groupBy } from '../groupBy.ts';
import { insertMissing } from '../tables/insert.ts';
import { removeRows } from '../tables/remove.ts';
import { type EntryRow, indexRow, type Member } from './entryRow.ts';
import { questionsOf } from './questions.ts';
import { userNameRows } from './userNames.ts';

/** Partitions that are written at the same time. */
const PARTITIONS_AT_ONCE = 8;
/** Users whose remaining entries are looked for at the same time. */
const USERS_AT_ONCE = 16;

/** The names that one run of the indexer has added, by row key, because most users have several entries. */
export type AddedNames = BoundedMap<string, true>;

/**
 * Adds copies of rows to the index, by question, and the names of their users. Adding a row again changes nothing.
 * @param added remembers the names for the next call
 */
export async function indexRows(index: TableClient, rows: readonly EntryRow[], added: AddedNames): Promise<void> {
  const partitions = new Map<string, TableEntity[]>();
  const add = (row: TableEntity): void => {
    const members = partitions.get(row.partitionKey);
    if (members === undefined) partitions.set(row.partitionKey, [row]);
    else members.push(row);
  };
  for (const row of rows) for (const [question, copy] of byQuestion(row)) add(await indexRow(question, copy));
  const names = userNameRows(rows).filter(({ rowKey }) => added.get(rowKey) === undefined);
  for (const row of names) add({ ...row });
  for (const some of cut([...partitions.values()], PARTITIONS_AT_ONCE))
    await Promise.all(some.map((members) => insertMissing(index, members)));
  for (const { rowKey } of names) added.set(rowKey, true);
}

/** Removes the copies of rows from the index. */
export async function removeFromIndex(index: TableClient, rows: readonly EntryRow[]): Promise<void> {
  const places = rows.flatMap((row) =>
    [...byQuestion(row).keys()].map((partitionKey) => ({ partitionKey, rowKey: row.key })),
  );
  await removeAll(index, places);
}

/**
 * Removes the names of users in rows from the index.
 * @param hasEntries whether there are other entries about a user, by object id
 */
export async function removeNames(
  index: TableClient,
  rows: readonly EntryRow[],
  hasEntries: (userId: string) => Promise<boolean>,
): Promise<void> {
  const names = userNameRows(rows);
  const gone = new Set<string>();
  for (const some of cut([...new Set(names.map(({ userId }) => userId))], USERS_AT_ONCE))
    await Promise.all(some.map(async (userId) => (await hasEntries(userId)) || gone.add(userId)));
  await removeAll(
    index,
    names.filter(({ userId }) => gone.has(userId)),
  );
}

async function removeAll(
  index: TableClient,
  places: readonly { readonly partitionKey: string; readonly rowKey: string }[],
): Promise<void> {
  const partitions = [...groupBy(places, ({ partitionKey }) => partitionKey)];
  for (const some of cut(partitions, PARTITIONS_AT_ONCE))
    await Promise.all(
      some.map(([partitionKey, members]) =>
        removeRows(
          index,
          partitionKey,
          members.map(({ rowKey }) => rowKey),
        ),
      ),
    );
}

/** The copies of a row: for each question, the members that answer it. */
export function byQuestion({ key, members }: EntryRow): Map<string, EntryRow> {
  const answers = new Map<string, Member[]>();
  for (const member of members)
    for (const question of questionsOf(member[1])) {
      const same = answers.get(question);
      if (same === undefined) answers.set(question, [member]);
      else same.push(member);
    }
  return new Map([...answers].map(([question, same]) => [question, { key, members: same }]));
}
