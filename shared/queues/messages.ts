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

/** Queue `notifications`: one user who was enabled long ago and is not registered is to be reminded by mail. */
export const reminderMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('reminder'),
  userId: z.guid(),
  /** Since when the user has been enabled: a reminder of an earlier time is not sent. */
  episode: z.iso.datetime(),
  /** 1 for the first of the episode. */
  number: z.number().int().positive(),
  /** When it was decided on. With the user, it names the reminder. */
  at: z.iso.datetime(),
});
export type ReminderMessage = z.infer<typeof reminderMessageSchema>;

/** Whatever is in the queue `notifications`. */
export const mailMessageSchema = z.union([notificationMessageSchema, reminderMessageSchema]);
export type MailMessage = z.infer<typeof mailMessageSchema>;

/** Of a message about an event: since when the webhook is to be told, and how often that has failed. */
const passed = {
  version: z.literal(1),
  since: z.iso.datetime(),
  attempt: z.number().int().min(0),
};

/** Queue `events`: the webhook is to be told of something. */
export const eventMessageSchema = z.discriminatedUnion('event', [
  z.object({ ...passed, event: z.literal('operationFinished'), operationId: z.guid() }),
  z.object({
    ...passed,
    event: z.literal('stuckUsersFound'),
    sweepId: z.guid(),
    sweep: z.number().int(),
    users: z.number().int().positive(),
    /** When the sweep began: its findings are later. */
    from: z.iso.datetime(),
  }),
  z.object({
    ...passed,
    event: z.literal('deadLetter'),
    queue: z.string().regex(/^[a-z]+$/),
    messageId: z.string(),
    /** Undefined for a message that belongs to no operation. */
    operationId: z.guid().optional(),
  }),
]);
export type EventMessage = z.infer<typeof eventMessageSchema>;

/** Queue `events`: it is to be looked whether an operation is over. */
const finishCheckMessageSchema = z.object({ version: z.literal(1), event: z.literal('look'), operationId: z.guid() });
export type FinishCheckMessage = z.infer<typeof finishCheckMessageSchema>;

/** Whatever is in the queue `events`. */
export const eventQueueMessageSchema = z.union([finishCheckMessageSchema, eventMessageSchema]);
export type EventQueueMessage = z.infer<typeof eventQueueMessageSchema>;

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
