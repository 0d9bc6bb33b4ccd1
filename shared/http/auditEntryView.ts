import { z } from 'zod';
import { type AuditEntry, auditEvents } from '../audit/entry.ts';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema } from '../domain/operation.ts';
import { dateTime, dateTimeOrNull, uuidOrNull } from './formats.ts';

/** An entry of the audit record in the API. */
export const auditEntryViewSchema = z.object({
  event: z.enum(auditEvents).describe('What happened.'),
  eventDateTime: dateTime('When it happened.'),
  userId: uuidOrNull("The user's object id; null when the reference is no user's."),
  reference: z.string().describe('The user as the request named them.'),
  operationId: uuidOrNull('The operation; null for a finding of the registration sweep.'),
  operationCreatedDateTime: dateTimeOrNull('When the operation was accepted; null where there is none.'),
  actor: actorSchema.describe('Who asked for it.'),
  reason: z.string().describe('Why, as the request says.'),
  from: mfaStateSchema.describe('The state before.').optional(),
  to: mfaStateSchema.describe('The state after, or that was asked for.'),
  requestId: z.string().describe("Microsoft Graph's request id of the write, or of the refusal.").optional(),
  overrides: z
    .array(acknowledgementSchema)
    .describe('Safety checks that the caller overrode and that would have blocked the change otherwise.')
    .optional(),
  code: z.string().describe('Why it was refused or failed, as a stable word for programs.').optional(),
  message: z.string().describe('Why it was refused or failed, and what to do, for people.').optional(),
  notes: z.array(z.string()).describe('Facts that a safety check could not get.').optional(),
});
export type AuditEntryView = Readonly<z.infer<typeof auditEntryViewSchema>>;

/** Converts an entry to the API, where times have other names than in stored rows. */
export function auditEntryView({
  event,
  at,
  acceptedAt,
  userId,
  reference,
  operationId,
  ...rest
}: AuditEntry): AuditEntryView {
  return {
    event,
    eventDateTime: at,
    userId,
    reference,
    operationId,
    operationCreatedDateTime: acceptedAt,
    ...rest,
  };
}
