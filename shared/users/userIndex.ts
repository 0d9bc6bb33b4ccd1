import type { TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { mfaStateSchema, mfaStates } from '../domain/mfaState.ts';
import { groupBy } from '../groupBy.ts';
import { textOf } from '../tables/columns.ts';
import { removeRows } from '../tables/remove.ts';
import { readPage, readPartitions, type StoredRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { submitInOrder } from '../tables/transaction.ts';

/** The position of a user in the lists: which list, and where in it. */
export const listPositionSchema = z.object({
  /** Null when it is not known. */
  state: mfaStateSchema.nullable(),
  registered: z.boolean().nullable(),
  /** User principal name. */
  name: z.string(),
});
export type ListPosition = z.infer<typeof listPositionSchema>;

/** A user as the lists show them. */
export interface IndexedUser extends ListPosition {
  readonly id: string;
  readonly userType: string | null;
  readonly accountEnabled: boolean | null;
  readonly enabledSince: string;
  readonly registeredSince: string;
}

export const listedStates = [...mfaStates, 'unknown'] as const;

/** The list of a position, such as `enabled_no`. */
export function listOf({ state, registered }: Pick<ListPosition, 'state' | 'registered'>): string {
  return `${state ?? 'unknown'}_${registered === null ? 'unknown' : registered ? 'yes' : 'no'}`;
}

/** Each list has a partition for each first letter of names, so that no partition holds the whole tenant. */
function partitionOf(position: ListPosition): string {
  return `${listOf(position)}_${keyPart(position.name).slice(0, 1)}`;
}

/**
 * Encodes a user principal name, or its beginning, for a row key: lower case; every character except letters, digits and
 * `@ . - + _` becomes `=` and four hexadecimal digits. The beginning of a name encodes to the beginning of its key, and keys
 * contain no character that Table Storage forbids.
 */
export function keyPart(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9@.\-+_]/g, (character) => `=${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The key of a user in a list. */
export const userKeySchema = z.string().regex(/^[a-z0-9@.\-+_=]+$/);

function keyOf(position: ListPosition, id: string): string {
  return `${keyPart(position.name)}_${id}`;
}

/** A change of a user's position; null when the user is in no list. */
export interface Move {
  readonly id: string;
  readonly from: ListPosition | null;
  readonly to: IndexedUser | null;
}

/**
 * The users of the tenant by state, registration and name: table `usersByState`, partition = list and first letter, row
 * key = name and object id. It is derived from the table `users` and shows what the last registration sweep saw.
 */
export class UserIndex {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Moves users to their new positions. Moving them again changes nothing. */
  async move(moves: readonly Move[]): Promise<void> {
    if (moves.length === 0) return;
    const table = await this.#open('usersByState');
    const arriving = groupBy(
      moves.flatMap(({ to }) => to ?? []),
      partitionOf,
    );
    for (const [partition, users] of arriving)
      await submitInOrder(
        table,
        users.map((user): TransactionAction => ['upsert', columnsOf(partition, user), 'Replace']),
      );
    const leaving = moves.flatMap(({ id, from, to }) => {
      if (from === null) return [];
      const before = { partition: partitionOf(from), key: keyOf(from, id) };
      const stays = to !== null && partitionOf(to) === before.partition && keyOf(to, id) === before.key;
      return stays ? [] : [before];
    });
    for (const [partition, entries] of groupBy(leaving, (entry) => entry.partition))
      await removeRows(
        table,
        partition,
        entries.map(({ key }) => key),
      );
  }

  /**
   * Users of one list in the order of their names.
   * @param range.beginning only users whose name begins with it, in any case; empty for all
   * @param range.after the key of the last user of the previous page; empty for the first page
   */
  async page(
    list: string,
    { beginning, after }: { readonly beginning: string; readonly after: string },
    limit: number,
  ): Promise<{ readonly key: string; readonly user: IndexedUser }[]> {
    const table = await this.#open('usersByState');
    const prefix = keyPart(beginning);
    const from = after === '' ? prefix : `${after}!`;
    const partition = `${list}_${from.slice(0, 1)}`;
    const rows = from === '' ? [] : await readPage(table, partition, { from, to: `${prefix}~` }, limit);
    if (prefix === '' && rows.length < limit)
      rows.push(...(await readPartitions(table, { after: partition, to: `${list}_~` }, limit - rows.length)));
    return rows.map((row) => ({ key: row.rowKey, user: readUser(list, row) }));
  }
}

function columnsOf(partition: string, user: IndexedUser) {
  return {
    partitionKey: partition,
    rowKey: keyOf(user, user.id),
    id: user.id,
    name: user.name,
    userType: user.userType ?? '',
    accountEnabled: user.accountEnabled === null ? '' : String(user.accountEnabled),
    enabledSince: user.enabledSince,
    registeredSince: user.registeredSince,
  };
}

function readUser(list: string, row: StoredRow): IndexedUser {
  const text = (column: string): string => textOf(row, column);
  const [stateName, registered] = list.split('_');
  const state = mfaStateSchema.safeParse(stateName);
  return {
    id: text('id'),
    name: text('name'),
    state: state.success ? state.data : null,
    registered: registered === 'unknown' ? null : registered === 'yes',
    userType: text('userType') || null,
    accountEnabled: text('accountEnabled') === '' ? null : text('accountEnabled') === 'true',
    enabledSince: text('enabledSince'),
    registeredSince: text('registeredSince'),
  };
}
