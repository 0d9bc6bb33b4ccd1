import type { TransactionAction } from '@azure/data-tables';
import { withEscapes } from './exactText.ts';

/**
 * The limits of Table Storage
 * (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model,
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions). Properties and rows are
 * measured in UTF-16, as they are stored; a transaction is measured in UTF-8, as it is sent.
 */
export const MAX_PROPERTY_BYTES = 64 * 1024;
export const MAX_ROW_BYTES = 1024 * 1024;
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
export const MAX_TRANSACTION_ROWS = 100;

/**
 * What a JSON text may take in a row beside the keys, the other columns and the names of its properties. The measure is
 * `jsonBytes`.
 */
export const MAX_JSON_BYTES = 900 * 1024;

/** Lines and headers around one change in the body of a transaction, without its keys. */
const ENVELOPE_BYTES = 1_024;

/** The bytes that a value takes in a row when it is stored as JSON, in UTF-16 or, where that is more, in UTF-8. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  return Math.max(2 * text.length, Buffer.byteLength(text));
}

/**
 * The bytes of a row, as Table Storage counts them. A number or boolean takes at most 8 bytes.
 * (https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage)
 */
export function rowBytes(row: Readonly<Record<string, unknown>>): number {
  return Object.entries(row).reduce((sum, [name, value]) => {
    if (name === 'partitionKey' || name === 'rowKey') return sum + 2 * String(value).length;
    return sum + 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8);
  }, 4);
}

/** At least the bytes of a change in the body of a transaction: its row as JSON in UTF-8, and its keys in an address. */
export function changeBytes([, row]: TransactionAction): number {
  const keys = encodeURIComponent(`${row.partitionKey}${row.rowKey}`);
  return ENVELOPE_BYTES + keys.length + Buffer.byteLength(withEscapes(JSON.stringify(row)));
}
