import { createHash } from 'node:crypto';
import { cutText } from '../tables/cutText.ts';
import type { OpenTable } from '../tables/tables.ts';

/** A dead letter that belongs to no operation. */
interface OrphanedMessage {
  readonly queue: string;
  readonly messageId: string;
  readonly body: unknown;
  readonly reason: string;
  readonly at: Date;
}

/** A text property takes 32,768 characters; the rest of a longer body is cut off. */
const BODY_MAX_LENGTH = 30_000;
const REASON_MAX_LENGTH = 1_000;

/** Stores an orphaned message: table `deadLetters`, partition = queue. A repeated call changes nothing. */
export async function keepOrphanedMessage(open: OpenTable, orphan: OrphanedMessage): Promise<void> {
  const table = await open('deadLetters');
  const body = JSON.stringify(orphan.body) ?? '';
  const key = createHash('sha256').update(`${orphan.messageId}\n${body}`).digest('hex');
  await table.upsertEntity(
    {
      partitionKey: orphan.queue,
      rowKey: key,
      messageId: orphan.messageId.slice(0, 256),
      reason: cutText(orphan.reason, REASON_MAX_LENGTH),
      keptAt: orphan.at.toISOString(),
      body: cutText(body, BODY_MAX_LENGTH),
    },
    'Replace',
  );
}
