import type { TableClient } from '@azure/data-tables';
import { isObjectId, normalizeReference } from '../domain/userReference.ts';
import { readPage } from '../tables/rows.ts';
import { keyOf } from './auditTime.ts';
import type { AuditEntry } from './entry.ts';
import type { EntryRow } from './entryRow.ts';
import { hashOf } from './questions.ts';

/** The partition of a name is the first character of its hash, so that many names are stored with few requests. */
const PREFIX = 'names-';

/** The names that an entry gives its user, in lower case. */
export function namesOfUser({ userId, reference, userPrincipalName }: AuditEntry): string[] {
  if (userId === null) return [];
  const names = [reference, userPrincipalName ?? ''].filter((name) => name !== '' && !isObjectId(name));
  return [...new Set(names.map(normalizeReference))];
}

/** The rows of the index that lead from a user principal name to the object ids of its users: one for each day. */
export function userNameRows(rows: readonly EntryRow[]) {
  const found = new Map<string, { partitionKey: string; rowKey: string; userId: string }>();
  for (const { members } of rows)
    for (const [, entry] of members)
      for (const name of namesOfUser(entry)) {
        const hash = hashOf(name);
        const day = keyOf(Date.parse(entry.at.slice(0, 10)));
        const row = { ...placeOf(hash), rowKey: `${hash}_${day}_${entry.userId}`, userId: String(entry.userId) };
        found.set(row.rowKey, row);
      }
  return [...found.values()];
}

/** The object id of the user that had this name last, as entries in the index say; undefined when none has the name. */
export async function findIndexedUser(index: TableClient, name: string): Promise<string | undefined> {
  const hash = hashOf(normalizeReference(name));
  const [newest] = await readPage(index, placeOf(hash).partitionKey, { from: `${hash}_`, to: `${hash}_~` }, 1);
  return typeof newest?.userId === 'string' ? newest.userId : undefined;
}

function placeOf(hash: string): { partitionKey: string } {
  return { partitionKey: `${PREFIX}${hash.slice(0, 1).toLowerCase()}` };
}
