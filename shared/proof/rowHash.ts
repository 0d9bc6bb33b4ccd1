import { createHash } from 'node:crypto';

/** Columns that are part of the keys, or that Table Storage adds. */
const NOT_CONTENT = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp']);

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The hash of a stored row: SHA-256 of the JSON array of its partition key, its row key, and its columns in the order of
 * their names, each as an array of name and value. A value that is no text is an array of its type and its text.
 */
export function rowHash(row: Readonly<Record<string, unknown>>): string {
  const columns = contentColumns(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [typeof value, textOf(value)],
  ]);
  return sha256(JSON.stringify([row.partitionKey, row.rowKey, columns]));
}

/** The columns of a row beside its keys, without those of Table Storage, in the order of their names. */
export function contentColumns(row: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(row)
    .filter(([name]) => !NOT_CONTENT.has(name) && !name.startsWith('odata.'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
