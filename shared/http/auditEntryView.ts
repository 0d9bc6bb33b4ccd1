import { z } from 'zod';
import { type AuditEntry, actions, auditEvents } from '../audit/entry.ts';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema } from '../domain/operation.ts';
import { dateTime, dateTimeOrNull, uuid, uuidOrNull } from './formats.ts';

/** An entry of the audit record in the API. */
export const auditEntryViewSchema = z.object({
  event: z.enum(auditEvents).describe('What happened.'),
  eventDateTime: dateTime('When it happened.'),
  userId: uuidOrNull("The user's object id; null when the reference is no user's, and for a decision."),
  reference: z
    .string()
    .describe('The user as the request named them; empty for a decision about an operation or the service as a whole.'),
  userPrincipalName: z
    .string()
    .describe(
      'The name of the user when this was recorded, where the request gave an object id and the name was known.',
    )
    .optional(),
  operationId: uuidOrNull('The operation, also of a refused request; null for a finding of the registration sweep.'),
  operationCreatedDateTime: dateTimeOrNull('When the operation was accepted; null where there is none.'),
  actor: actorSchema.describe('Who asked for it.'),
  reason: z.string().describe('Why, as the request says.'),
  from: mfaStateSchema.describe('The state before.').optional(),
  to: mfaStateSchema
    .describe('The state after, or that was asked for; missing where there is none, or several.')
    .optional(),
  between: z
    .object({ from: dateTime('The change was made after this time.'), to: dateTime('When the change was found.') })
    .describe(
      'For a finding whose time is not known: the time in which it happened. Then eventDateTime is when it was found.',
    )
    .optional(),
  initiatedBy: actorSchema
    .describe('Who made a change outside this service, according to the audit log of Entra.')
    .optional(),
  directoryAuditId: z.string().describe('The id of the event in the audit log of Entra.').optional(),
  methodCreatedDateTime: dateTime(
    'When the user registered the oldest method that counts, according to Microsoft Graph.',
  ).optional(),
  requestId: z.string().describe("Microsoft Graph's request id of the write, or of the refusal.").optional(),
  overrides: z
    .array(acknowledgementSchema)
    .describe('Safety checks that the caller overrode and that would have blocked the change otherwise.')
    .optional(),
  code: z.string().describe('Why it was refused or failed, as a stable word for programs.').optional(),
  message: z.string().describe('Why it was refused or failed, and what to do, for people.').optional(),
  notes: z.array(z.string()).describe('Facts that a safety check could not get.').optional(),
  action: z.enum(actions).describe('What a refused caller asked for.').optional(),
  users: z.number().int().describe('How many users a decision is about; missing when that is not known.').optional(),
  dryRun: z.boolean().describe('Whether a decision is about a dry run; missing when it is not.').optional(),
  requestedBy: actorSchema
    .describe('The caller whose operation is retried, undone, canceled or decided about.')
    .optional(),
  purgedThrough: z
    .string()
    .describe('The last day whose entries the retention removed, such as 2026-03-01.')
    .optional(),
  purgedEntries: z.number().int().describe('How many entries the retention removed.').optional(),
  related: uuid('The operation that is retried or undone, or that superseded this change.').optional(),
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
  id: _,
  methodCreatedAt,
  ...rest
}: AuditEntry): AuditEntryView {
  return {
    event,
    eventDateTime: at,
    userId,
    reference,
    operationId,
    operationCreatedDateTime: acceptedAt,
    ...(methodCreatedAt === undefined ? {} : { methodCreatedDateTime: methodCreatedAt }),
    ...rest,
  };
}
