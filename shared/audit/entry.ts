import { createHash } from 'node:crypto';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema } from '../domain/operation.ts';

/**
 * What an entry records.
 * - `stateChanged`: Graph acknowledged the change
 * - `stateChangeRefused`: a guard said no
 * - `stateChangeFailed`: it could not be done
 * - `stateRestored`: a write of an older operation may have come late, and the newest state was written again
 * - `registrationCompleted`: an enabled user has registered a method; once for each time that the user is enabled
 * - `enforcedByEntra`: Entra moved an enabled user to enforced by itself, as it does when registration is completed
 * - `stuckEnabled`: a user has been enabled and registered for long, and Entra does not move them; once likewise
 * - `changedOutside`: the state is not what this service knew, and it was not this service that changed it
 *
 * - `notificationSent`: Graph accepted the mail that tells the user, which does not mean that it was delivered
 * - `notificationFailed`: it was not sent, or nobody knows (`unknown`)
 * - `notificationSkipped`: the user has no mailbox
 * - `reminderSent`, `reminderFailed`: likewise, of a mail to a user who was enabled long ago and is not registered
 * - `reminderSkipped`: the user has no mailbox, or was found registered, or not enabled, before it was sent
 *
 * Reminders, and the four before notifications, come from the registration sweep and belong to no operation.
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

/** One thing that happened, or did not, to one user. */
export const auditEntrySchema = z.object({
  event: z.enum(auditEvents),
  /** The user's object id; null when the reference could not be resolved to a user. */
  userId: z.string().nullable(),
  /** How the request named the user. */
  reference: z.string(),
  /** The operation that it was part of; null for a finding of the registration sweep. */
  operationId: z.string().nullable(),
  actor: actorSchema,
  reason: z.string(),
  from: mfaStateSchema.optional(),
  to: mfaStateSchema,
  /** When the operation was accepted; null where there is none. ISO 8601, like all times. */
  acceptedAt: z.string().nullable(),
  /** When it happened. */
  at: z.string(),
  requestId: z.string().optional(),
  overrides: z.array(acknowledgementSchema).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Facts that a guard could not have. */
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
 * What an entry is filed under: the user, or the reference where there is no user, or its hash where it is too long.
 * Safe as part of a row key.
 */
export function subjectOf(entry: Pick<AuditEntry, 'userId' | 'reference'>): string {
  if (entry.userId !== null) return entry.userId;
  const reference = Buffer.from(entry.reference.toLowerCase());
  const subject = `ref-${reference.toString('base64url')}`;
  if (subject.length <= SUBJECT_MAX_LENGTH) return subject;
  return `hash-${createHash('sha256').update(reference).digest('base64url')}`;
}

/** The lane that an entry lies in. */
export function laneOfEntry(entry: AuditEntry): string {
  return laneOf(subjectOf(entry));
}

/** The key of an entry in a user's history. The same happening always has the same key, so it is recorded once. */
export function entryKey(entry: AuditEntry): string {
  return `${subjectOf(entry)}_${invertTime(entry.at)}_${entry.operationId ?? 'audit'}_${entry.event}`;
}
