import { createHash } from 'node:crypto';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema } from '../domain/operation.ts';

/**
 * The events in the audit record.
 * - `stateChanged`: Graph acknowledged the change
 * - `stateChangeRefused`: a safety check blocked the change
 * - `stateChangeFailed`: the change failed
 * - `stateRestored`: a late write of an older operation was possible, so the newest state was written again
 * - `registrationCompleted`: an enabled user has registered a method; recorded once each time the user is enabled
 * - `enforcedByEntra`: Entra moved an enabled user to enforced, as it does when the user completes registration
 * - `stuckEnabled`: a user has been enabled and registered for long without being enforced; recorded once likewise
 * - `changedOutside`: the state differs from the stored one, and this service did not change it
 *
 * - `notificationSent`: Graph accepted the mail to an enabled user; that does not prove the delivery
 * - `notificationFailed`: the mail was not sent, or the result is unknown (code `unknown`)
 * - `notificationSkipped`: the user has no mailbox
 * - `reminderSent`, `reminderFailed`: likewise, for a mail to a user who was enabled long ago and is not registered
 * - `reminderSkipped`: the user has no mailbox, or had registered or was no longer enabled before the mail was sent
 *
 * Reminders and the four events before notifications come from the registration sweep and belong to no operation.
 */
export const auditEvents = [
  'stateChanged',
  'stateChangeRefused',
  'stateChangeFailed',
  'stateRestored',
  'registrationCompleted',
  'enforcedByEntra',
  'stuckEnabled',
  'changedOutside',
  'notificationSent',
  'notificationFailed',
  'notificationSkipped',
  'reminderSent',
  'reminderFailed',
  'reminderSkipped',
] as const;
export type AuditEvent = (typeof auditEvents)[number];

/** One entry of the audit record, about one user. */
export const auditEntrySchema = z.object({
  event: z.enum(auditEvents),
  /** The user's object id; null when the reference could not be resolved to a user. */
  userId: z.string().nullable(),
  /** How the request named the user. */
  reference: z.string(),
  /** The id of the operation; null for a finding of the registration sweep. */
  operationId: z.string().nullable(),
  actor: actorSchema,
  reason: z.string(),
  from: mfaStateSchema.optional(),
  to: mfaStateSchema,
  /** When the operation was accepted; null without an operation. ISO 8601, like all times. */
  acceptedAt: z.string().nullable(),
  /** When it happened. */
  at: z.string(),
  requestId: z.string().optional(),
  overrides: z.array(acknowledgementSchema).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Facts that were not available to a safety check. */
  notes: z.array(z.string()).optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Later times give smaller keys, so that a range reads newest first. 15 digits of milliseconds. */
export function invertTime(iso: string): string {
  return String(999_999_999_999_999 - Date.parse(iso)).padStart(15, '0');
}

/** A row key has at most 512 characters (1 KiB in UTF-16), and the rest of it takes up to 80. */
const SUBJECT_MAX_LENGTH = 432;

/**
 * The subject of an entry, safe as part of a row key: the user's object id, else the encoded reference, else the hash of
 * a reference that is too long.
 */
export function subjectOf(entry: Pick<AuditEntry, 'userId' | 'reference'>): string {
  if (entry.userId !== null) return entry.userId;
  const reference = Buffer.from(entry.reference.toLowerCase());
  const subject = `ref-${reference.toString('base64url')}`;
  if (subject.length <= SUBJECT_MAX_LENGTH) return subject;
  return `hash-${createHash('sha256').update(reference).digest('base64url')}`;
}

/** The lane of an entry's subject. */
export function laneOfEntry(entry: AuditEntry): string {
  return laneOf(subjectOf(entry));
}

/** The key of an entry in a user's history. The same event has the same key, so it is recorded once. */
export function entryKey(entry: AuditEntry): string {
  return `${subjectOf(entry)}_${invertTime(entry.at)}_${entry.operationId ?? 'audit'}_${entry.event}`;
}
