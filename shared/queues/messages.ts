import { z } from 'zod';
import { UnprocessableMessageError } from '../errors.ts';

/** Queue `plans`: one page of an operation's references is to be planned. */
export const planMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  page: z.number().int().min(0).max(99_999),
});
export type PlanMessage = z.infer<typeof planMessageSchema>;

/** Queue `changes`: one chunk of an operation is to be applied. */
export const changeMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  chunk: z.string().regex(/^chunk-\d{5}-\d{2}-\d{3}$/),
});
export type ChangeMessage = z.infer<typeof changeMessageSchema>;

/** Queue `notifications`: one user whom an operation changed is to be told by mail. */
export const notificationMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  chunk: z.string().regex(/^chunk-\d{5}-\d{2}-\d{3}$/),
  userId: z.guid(),
});
export type NotificationMessage = z.infer<typeof notificationMessageSchema>;

/**
 * Reads a message of a queue.
 * @throws UnprocessableMessageError for one that this service did not write
 */
export function readMessage<T>(schema: z.ZodType<T>, message: unknown): T {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const where = [...new Set(result.error.issues.map((issue) => issue.path.join('.') || 'the body'))].join(', ');
  throw new UnprocessableMessageError(`The message is not one of this service: ${where} cannot be read.`);
}
