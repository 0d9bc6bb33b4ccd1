import { z } from 'zod';
import { cutJsonText } from '../tables/cutText.ts';
import { removeRows } from '../tables/remove.ts';
import { insertIfAbsent, readRange, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';

/**
 * The progress of a user mail.
 * - `scheduled`: it may be sent from `at` on
 * - `sending`: a process began to send it at `at`, and has not stored the result
 * - `sent`: Graph accepted it; that does not prove the delivery
 * - `skipped`: it was not sent, because the user has no mailbox, or no longer needs it
 * - `failed`: Graph refused it; a caller may ask to send it again
 * - `unknown`: Graph may have sent it; the service does not send it again
 */
const deliverySchema = z.object({
  status: z.enum(['scheduled', 'sending', 'sent', 'skipped', 'failed', 'unknown']),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** False when a scheduled mail must ask for a time then; else it may start. */
  isReserved: z.boolean().optional(),
  /** How often Graph asked for a retry. */
  attempts: z.number().default(0),
  code: z.string().optional(),
  message: z.string().optional(),
  requestId: z.string().optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;
export type StoredDelivery = Delivery & { readonly etag: string };

/** Identifies a user mail. */
export interface DeliveryKey {
  /** The id of the operation, or {@link REMINDERS}. */
  readonly group: string;
  /** Object id; for a reminder, preceded by the time of its decision. */
  readonly key: string;
}

/** The group of all reminders. Their keys begin with a time, ISO 8601. */
export const REMINDERS = 'reminders';

/** The longest text of a mail's result, in JSON: Graph may send longer codes than a property takes. */
const LONGEST_TEXT = 1_000;

/** The progress of user mails: table `notifications`, partition = group, row key = key. */
export class DeliveryStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  async read({ group, key }: DeliveryKey): Promise<StoredDelivery | undefined> {
    const row = await readRow(await this.#open('notifications'), group, key);
    return row && { ...deliverySchema.parse(JSON.parse(String(row.delivery))), etag: row.etag };
  }

  /** The object ids of users whose mail of an operation has failed, with one page of rows in memory at a time. */
  async *failed(operationId: string): AsyncGenerator<string> {
    for await (const row of readRange(await this.#open('notifications'), operationId, { from: '', to: '~' }))
      if (deliverySchema.parse(JSON.parse(String(row.delivery))).status === 'failed') yield row.rowKey;
  }

  /**
   * Removes the rows of a group.
   * @param to the first key to keep; without it, all rows are removed
   */
  async purge(group: string, to = '~'): Promise<void> {
    const table = await this.#open('notifications');
    const keys: string[] = [];
    for await (const row of readRange(table, group, { from: '', to, select: ['RowKey'] })) keys.push(row.rowKey);
    await removeRows(table, group, keys);
  }

  /** @returns false when the row exists already */
  async create(key: DeliveryKey, delivery: Delivery): Promise<boolean> {
    return insertIfAbsent(await this.#open('notifications'), rowOf(key, delivery));
  }

  /** @returns false when another process has changed the row since it was read */
  async replace(key: DeliveryKey, { etag }: StoredDelivery, delivery: Delivery): Promise<boolean> {
    return (await writeVersion(await this.#open('notifications'), rowOf(key, delivery), etag)) !== undefined;
  }
}

function rowOf({ group, key }: DeliveryKey, delivery: Delivery) {
  const { status, at, isReserved, attempts, code, message, requestId } = delivery;
  const cutOf = (text: string | undefined) => text && cutJsonText(text, LONGEST_TEXT);
  const texts = { code: cutOf(code), message: cutOf(message), requestId: cutOf(requestId) };
  const text = JSON.stringify({ status, at, isReserved, attempts, ...texts });
  return { partitionKey: group, rowKey: key, delivery: text };
}
