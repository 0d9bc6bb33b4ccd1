import type { TableClient, TableEntity } from '@azure/data-tables';
import { cut, groupBy } from '../groupBy.ts';
import { insertMissing } from '../tables/insert.ts';
import { removeRows } from '../tables/remove.ts';
import { type EntryRow, indexRow, type Member } from './entryRow.ts';
import { questionsOf } from './questions.ts';
import { userNameRows } from './userNames.ts';

/** Partitions that are written at the same time. */
const PARTITIONS_AT_ONCE = 8;

/** Adds copies of rows to the index, by question, and the names of their users. Adding a row again changes nothing. */
export async function indexRows(index: TableClient, rows: readonly EntryRow[]): Promise<void> {
  const partitions = new Map<string, TableEntity[]>();
  const add = (row: TableEntity): void => {
    const members = partitions.get(row.partitionKey);
    if (members === undefined) partitions.set(row.partitionKey, [row]);
    else members.push(row);
  };
  for (const row of rows) for (const [question, copy] of byQuestion(row)) add(await indexRow(question, copy));
  for (const row of userNameRows(rows)) add(row);
  for (const some of cut([...partitions.values()], PARTITIONS_AT_ONCE))
    await Promise.all(some.map((members) => insertMissing(index, members)));
}

/** Removes the copies of rows, and the names of their users, from the index. */
export async function removeFromIndex(index: TableClient, rows: readonly EntryRow[]): Promise<void> {
  const places = [
    ...rows.flatMap((row) => [...byQuestion(row).keys()].map((partitionKey) => ({ partitionKey, rowKey: row.key }))),
    ...userNameRows(rows),
  ];
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
