import { z } from 'zod';
import { UnprocessableMessageError } from '../errors.ts';

/** Queue `plans`: plan one page of an operation's references, or carry out a page of an operation that was assessed. */
export const planMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  page: z.number().int().min(0).max(99_999),
  /** Set when the page is planned, and the operation was assessed since. */
  step: z.literal('carryOut').optional(),
});
export type PlanMessage = z.infer<typeof planMessageSchema>;

const postponedSchema = z.object({
  /** How often, and since when. */
  times: z.int().min(1),
  since: z.iso.datetime(),
  /** How many users the next attempt asks Graph about in one batch; a full batch when undefined. */
  batchSize: z.int().min(1).optional(),
  /** In how many attempts in a row Graph failed for each user, by object id. */
  failures: z.record(z.guid(), z.int()).optional(),
  /** Whether Graph answered for other users after the last attempt. */
  othersAnswered: z.boolean().optional(),
  /** Ids of users who are given up, but whose last write may still show in Graph. Nothing more is written to them. */
  givenUp: z.array(z.guid()).optional(),
});
export type Postponed = z.infer<typeof postponedSchema>;

const lateWritesSchema = z.object({
  /** Object ids. */
  users: z.array(z.guid()).min(1),
  /** When the last of the writes was sent, or earlier. */
  since: z.iso.datetime(),
  /** How often the check was repeated. */
  times: z.int().min(0),
});
export type LateWrites = z.infer<typeof lateWritesSchema>;

/** Queue `changes`: apply one chunk of an operation. */
export const changeMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  chunk: z.string().regex(/^chunk-\d{5}-\d{2}-\d{3}$/),
  /** Set when users of the chunk were put aside. */
  postponed: postponedSchema.optional(),
  /** Set for a check of writes that were not answered: nothing else is done then. */
  lateWrites: lateWritesSchema.optional(),
  /** How often the message was queued again because writes were halted. */
  halted: z.int().min(1).optional(),
});
export type ChangeMessage = z.infer<typeof changeMessageSchema>;

/** Queue `notifications`: send a mail to one user that an operation has enabled. */
export const notificationMessageSchema = z.object({
  version: z.literal(1),
  operationId: z.guid(),
  chunk: z.string().regex(/^chunk-\d{5}-\d{2}-\d{3}$/),
  userId: z.guid(),
  /** When a caller asked to send the mail again, if it has failed before that time. */
  again: z.iso.datetime().optional(),
});
export type NotificationMessage = z.infer<typeof notificationMessageSchema>;

/** Queue `notifications`: remind one user who was enabled long ago and is not registered. */
export const reminderMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('reminder'),
  userId: z.guid(),
  /** Since when the user has been enabled. If the user was enabled again since, the reminder is not sent. */
  episode: z.iso.datetime(),
  /** 1 for the first reminder of the episode. */
  number: z.number().int().positive(),
  /** When the sweep decided on the reminder. Together with the user, it identifies the reminder. */
  at: z.iso.datetime(),
});
export type ReminderMessage = z.infer<typeof reminderMessageSchema>;

/** A message about one mail. */
export const mailMessageSchema = z.union([notificationMessageSchema, reminderMessageSchema]);
export type MailMessage = z.infer<typeof mailMessageSchema>;

/** Queue `notifications`: send the failed mails of an operation again. */
export const resendMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('resend'),
  operationId: z.guid(),
  /** When a caller asked for it. Mails that fail later are not sent again. */
  again: z.iso.datetime(),
});
export type ResendMessage = z.infer<typeof resendMessageSchema>;

/** The messages of the queue `notifications`. */
export const notificationQueueMessageSchema = z.union([resendMessageSchema, mailMessageSchema]);
export type NotificationQueueMessage = z.infer<typeof notificationQueueMessageSchema>;

export function isResend(message: NotificationQueueMessage): message is ResendMessage {
  return 'kind' in message && message.kind === 'resend';
}

/** The fields about the delivery of an event: when it was raised, and how many attempts have failed. */
const deliveryFields = {
  version: z.literal(1),
  since: z.iso.datetime(),
  attempt: z.number().int().min(0),
};

/** The fields of an event about the findings of a sweep. */
const findingFields = {
  sweepId: z.guid(),
  sweep: z.number().int(),
  users: z.number().int().positive(),
  /** When the sweep began. All its findings are later. */
  from: z.iso.datetime(),
};

/** Queue `events`: send an event to the webhook. */
export const eventMessageSchema = z.discriminatedUnion('event', [
  z.object({ ...deliveryFields, event: z.literal('operationFinished'), operationId: z.guid() }),
  z.object({ ...deliveryFields, event: z.literal('approvalRequested'), operationId: z.guid() }),
  z.object({ ...deliveryFields, event: z.literal('stuckUsersFound'), ...findingFields }),
  z.object({ ...deliveryFields, event: z.literal('changedOutsideFound'), ...findingFields }),
  z.object({
    ...deliveryFields,
    event: z.literal('statesLowered'),
    operationId: z.guid(),
    users: z.number().int().positive(),
  }),
  z.object({
    ...deliveryFields,
    event: z.literal('deadLetter'),
    queue: z.string().regex(/^[a-z]+$/),
    messageId: z.string(),
    /** Undefined for a message that belongs to no operation. */
    operationId: z.guid().optional(),
  }),
]);
export type EventMessage = z.infer<typeof eventMessageSchema>;

/** Queue `events`: check whether an operation is finished. */
const finishCheckMessageSchema = z.object({ version: z.literal(1), event: z.literal('look'), operationId: z.guid() });
export type FinishCheckMessage = z.infer<typeof finishCheckMessageSchema>;

/** Queue `sweeps`: begin a registration sweep, or continue the one that is under way. */
export const sweepMessageSchema = z.object({
  version: z.literal(1),
  /** The number of the sweep. If it is completed already, nothing is done. */
  sweep: z.number().int().positive(),
});
export type SweepMessage = z.infer<typeof sweepMessageSchema>;

/** The messages of the queue `events`. */
export const eventQueueMessageSchema = z.union([finishCheckMessageSchema, eventMessageSchema]);
export type EventQueueMessage = z.infer<typeof eventQueueMessageSchema>;

/**
 * Reads a message of a queue.
 * @throws UnprocessableMessageError for a message that this service did not write
 */
export function readMessage<T>(schema: z.ZodType<T>, message: unknown): T {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const where = [...new Set(result.error.issues.map((issue) => issue.path.join('.') || 'the body'))].join(', ');
  throw new UnprocessableMessageError(`This service did not write the message: ${where} cannot be read.`);
}
