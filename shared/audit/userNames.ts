import type { TableClient } from '@azure/data-tables';
import { isObjectId, normalizeReference } from '../domain/userReference.ts';
import { readPage } from '../tables/rows.ts';
import type { AuditEntry } from './entry.ts';
import type { EntryRow } from './entryRow.ts';
import { hashOf } from './questions.ts';

/** The partition of a name is the first character of its hash, so that many names are stored with few requests. */
const PREFIX = 'names-';
/** The most users with the same name, one after another, that are considered. */
const MAX_USERS = 20;

/** The names that an entry gives its user, in lower case. */
export function namesOfUser({ userId, reference, userPrincipalName }: AuditEntry): string[] {
  if (userId === null) return [];
  const names = [reference, userPrincipalName ?? ''].filter((name) => name !== '' && !isObjectId(name));
  return [...new Set(names.map(normalizeReference))];
}

/** A row of the index that leads from a user principal name to the object id of a user that had it. */
export interface UserNameRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly userId: string;
}

/** The rows for the names in entries, each once. */
export function userNameRows(rows: readonly EntryRow[]): UserNameRow[] {
  const found = new Map<string, UserNameRow>();
  for (const { members } of rows)
    for (const [, entry] of members)
      for (const name of namesOfUser(entry)) {
        const hash = hashOf(name);
        const rowKey = `${hash}_${entry.userId}`;
        found.set(rowKey, { partitionKey: partitionOf(hash), rowKey, userId: String(entry.userId) });
      }
  return [...found.values()];
}

/** The object ids of the users that have or had this name, as entries in the index say. */
export async function findIndexedUsers(index: TableClient, name: string): Promise<string[]> {
  const hash = hashOf(normalizeReference(name));
  const rows = await readPage(index, partitionOf(hash), { from: `${hash}_`, to: `${hash}_~` }, MAX_USERS);
  return rows.flatMap(({ userId }) => (typeof userId === 'string' ? userId : []));
}

function partitionOf(hash: string): string {
  return `${PREFIX}${hash.slice(0, 1).toLowerCase()}`;
}
