import { createHash } from 'node:crypto';
import type { OpenTable } from '../tables/tables.ts';

/** A message that belongs to no operation. */
interface UnknownLetter {
  readonly queue: string;
  readonly messageId: string;
  readonly body: unknown;
  readonly reason: string;
  readonly at: Date;
}

/** As much of a body as one text property takes. */
const BODY_MAX_LENGTH = 30_000;

/** Keeps a message that belongs to no operation: table `deadLetters`, partition = queue. Keeping it twice is once. */
export async function keepUnknownLetter(open: OpenTable, letter: UnknownLetter): Promise<void> {
  const table = await open('deadLetters');
  const body = JSON.stringify(letter.body) ?? '';
  const key = createHash('sha256').update(`${letter.messageId}\n${body}`).digest('hex');
  await table.upsertEntity(
    {
      partitionKey: letter.queue,
      rowKey: key,
      messageId: letter.messageId.slice(0, 256),
      reason: letter.reason,
      keptAt: letter.at.toISOString(),
      body: body.slice(0, BODY_MAX_LENGTH),
    },
    'Replace',
  );
}
