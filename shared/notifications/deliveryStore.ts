import { z } from 'zod';
import { removeRows } from '../tables/remove.ts';
import { insertIfAbsent, readRange, readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';

/**
 * Where the mail to a user stands.
 * - `scheduled`: it may be sent from `at` on
 * - `sending`: somebody began to send it at `at`, and has not said what came of it
 * - `sent`: Graph accepted it, which does not mean that it was delivered
 * - `skipped`: it was not sent, because the user has no mailbox, or a reminder is not needed any more
 * - `failed`: Graph refused it
 * - `unknown`: it may have been sent; it is never sent again
 */
const deliverySchema = z.object({
  status: z.enum(['scheduled', 'sending', 'sent', 'skipped', 'failed', 'unknown']),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** How often Graph said to come again. */
  attempts: z.number().default(0),
  code: z.string().optional(),
  message: z.string().optional(),
  requestId: z.string().optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;
export type StoredDelivery = Delivery & { readonly etag: string };

/** One mail to one user. */
export interface DeliveryKey {
  /** The operation that the mail is about, or {@link REMINDERS}. */
  readonly group: string;
  /** Object id; for a reminder after the time at which it was decided on. */
  readonly key: string;
}

/** The group of all reminders, whose keys begin with a time, ISO 8601. */
export const REMINDERS = 'reminders';

/** Mails: table `notifications`, partition = group, row key = key. */
export class DeliveryStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  async read({ group, key }: DeliveryKey): Promise<StoredDelivery | undefined> {
    const row = await readRow(await this.#open('notifications'), group, key);
    return row && { ...deliverySchema.parse(JSON.parse(row.delivery as string)), etag: row.etag };
  }

  /**
   * Removes mails of a group.
   * @param to the first key to be kept; without it, all go
   */
  async purge(group: string, to = '~'): Promise<void> {
    const table = await this.#open('notifications');
    const keys: string[] = [];
    for await (const row of readRange(table, group, { from: '', to, select: ['RowKey'] })) keys.push(row.rowKey);
    await removeRows(table, group, keys);
  }

  /** @returns false when there is one already */
  async create(key: DeliveryKey, delivery: Delivery): Promise<boolean> {
    return insertIfAbsent(await this.#open('notifications'), rowOf(key, delivery));
  }

  /** @returns false when somebody else changed it since it was read */
  async replace(key: DeliveryKey, { etag }: StoredDelivery, delivery: Delivery): Promise<boolean> {
    return (await writeVersion(await this.#open('notifications'), rowOf(key, delivery), etag)) !== undefined;
  }
}

function rowOf({ group, key }: DeliveryKey, { status, at, attempts, code, message, requestId }: Delivery) {
  const delivery = JSON.stringify({ status, at, attempts, code, message, requestId });
  return { partitionKey: group, rowKey: key, delivery };
}
