import { createHash } from 'node:crypto';
import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema } from '../domain/operation.ts';

/**
 * The events in the audit record. About one user of an operation:
 * - `stateChanged`: Graph acknowledged the change
 * - `stateChangeRefused`: a safety check blocked the change
 * - `stateChangeFailed`: the change failed
 * - `stateChangeSuperseded`: a newer operation had changed the user, so this one did nothing
 * - `stateRestored`: a late write of an older operation was possible, so the newest state was written again
 * - `registrationCompleted`: a user has registered a method while enabled; recorded once each time the user is enabled
 * - `alreadyRegistered`: a user who is enabled had registered a method before; recorded instead, once likewise
 * - `enforcedByEntra`: Entra moved an enabled user to enforced, because the user has registered a method
 * - `stuckEnabled`: a user has been enabled and registered for long without being enforced; recorded once likewise
 * - `changedOutside`: the state was changed, and not by this service. `initiatedBy` tells who did it, if Entra's audit log
 *   has it
 * - `notificationSent`: Graph accepted the mail to an enabled user; that does not prove the delivery
 * - `notificationFailed`: the mail was not sent, or the result is unknown (code `unknown`)
 * - `notificationSkipped`: the user has no mailbox
 * - `reminderSent`, `reminderFailed`: likewise, for a mail to a user who was enabled long ago and is not registered
 * - `reminderSkipped`: the user has no mailbox, or had registered or was no longer enabled before the mail was sent
 *
 * Reminders and the four events before notifications come from the registration sweep and belong to no operation.
 *
 * Decisions about an operation as a whole, or about the service:
 * - `operationAccepted`, `retryAccepted`, `undoAccepted`: what was asked for will be carried out
 * - `requestRefused`: the caller may not ask for it, or a safety check blocks it as a whole; nothing was stored
 * - `operationCanceled`: a caller stopped an operation; `users` had no result then
 * - `approvalRequested`, `operationApproved`, `operationRejected`, `approvalExpired`: the way to a second person and back
 * - `dailyLimitReached`: the daily limit on lowering states held back `users`
 * - `protectionUnresolved`: accounts that the settings protect cannot be found, so no state is lowered
 * - `writesHalted`, `writesResumed`: a caller stopped all changes, and let them continue
 * - `auditPurged`: the retention removes the entries of all days up to one
 */
export const auditEvents = [
  'stateChanged',
  'stateChangeRefused',
  'stateChangeFailed',
  'stateChangeSuperseded',
  'stateRestored',
  'registrationCompleted',
  'alreadyRegistered',
  'enforcedByEntra',
  'stuckEnabled',
  'changedOutside',
  'notificationSent',
  'notificationFailed',
  'notificationSkipped',
  'reminderSent',
  'reminderFailed',
  'reminderSkipped',
  'operationAccepted',
  'retryAccepted',
  'undoAccepted',
  'requestRefused',
  'operationCanceled',
  'approvalRequested',
  'operationApproved',
  'operationRejected',
  'approvalExpired',
  'dailyLimitReached',
  'protectionUnresolved',
  'writesHalted',
  'writesResumed',
  'auditPurged',
] as const;
export type AuditEvent = (typeof auditEvents)[number];

/** What callers may ask for, and be refused. */
export const actions = ['change', 'retry', 'undo', 'cancel', 'approve', 'reject', 'halt', 'resume'] as const;
export type Action = (typeof actions)[number];

/** One entry of the audit record: about one user, or a decision about an operation or the service. */
export const auditEntrySchema = z.object({
  event: z.enum(auditEvents),
  /** The user's object id; null when the reference could not be resolved to a user, and for a decision. */
  userId: z.string().nullable(),
  /** How the request named the user; empty for a decision. */
  reference: z.string(),
  /** The user's name when this was recorded, where the request gave an object id and the service knew the name. */
  userPrincipalName: z.string().optional(),
  /** The id of the operation, also of one that was refused; null for a finding of the registration sweep. */
  operationId: z.string().nullable(),
  actor: actorSchema,
  reason: z.string(),
  from: mfaStateSchema.optional(),
  /** Missing for a decision without one target state. */
  to: mfaStateSchema.optional(),
  /** When the operation was accepted; null without an operation. ISO 8601, like all times. */
  acceptedAt: z.string().nullable(),
  /** When it happened; for a finding whose time is not known, when it was found. */
  at: z.string(),
  /** For a finding whose time is not known: it happened between these times. */
  between: z.object({ from: z.string(), to: z.string() }).optional(),
  /** Who made a change outside, according to Entra's audit log. */
  initiatedBy: actorSchema.optional(),
  /** The id of the event in Entra's audit log. */
  directoryAuditId: z.string().optional(),
  /** When the user registered the oldest of the methods that count, according to Microsoft Graph. */
  methodCreatedAt: z.string().optional(),
  requestId: z.string().optional(),
  overrides: z.array(acknowledgementSchema).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Facts that were not available to a safety check. */
  notes: z.array(z.string()).optional(),
  /** What a refused caller asked for. */
  action: z.enum(actions).optional(),
  /** How many users a decision is about; missing when that is not known, as for a group. */
  users: z.number().int().optional(),
  /** Set for a decision about a dry run. */
  dryRun: z.boolean().optional(),
  /** The caller whose operation is retried, undone, canceled or decided about. */
  requestedBy: actorSchema.optional(),
  /** The operation that is retried or undone, or that superseded this change. */
  related: z.string().optional(),
  /** Tells apart refusals of the same request, and findings of the same event at the same time. */
  id: z.string().optional(),
  /** The last day whose entries the retention removes, such as 2026-03-01. */
  purgedThrough: z.string().optional(),
  /** How many entries the retention removes. */
  purgedEntries: z.number().int().optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Later times give smaller keys, so that a range reads newest first. 15 digits of milliseconds. */
export function invertTime(iso: string): string {
  return String(999_999_999_999_999 - Date.parse(iso)).padStart(15, '0');
}

/** The time in a key that begins with it, in milliseconds since 1970; NaN when there is none. */
export function timeInKey(key: string): number {
  return 999_999_999_999_999 - Number(/^\d{15}/.exec(key)?.[0]);
}

/** A row key has at most 512 characters (1 KiB in UTF-16), and the rest of it takes up to 80. */
const SUBJECT_MAX_LENGTH = 432;

/**
 * The subject of an entry, safe as part of a row key: the user's object id, else the encoded reference, else the hash of
 * a reference that is too long. A decision has its operation, or its own id, as subject.
 */
export function subjectOf(
  entry: Pick<AuditEntry, 'userId' | 'reference'> & Partial<Pick<AuditEntry, 'operationId' | 'id'>>,
): string {
  if (entry.userId !== null) return entry.userId;
  if (isDecision(entry)) return `decision-${entry.id ?? entry.operationId ?? 'service'}`;
  const reference = Buffer.from(entry.reference.toLowerCase());
  const subject = `ref-${reference.toString('base64url')}`;
  if (subject.length <= SUBJECT_MAX_LENGTH) return subject;
  return `hash-${createHash('sha256').update(reference).digest('base64url')}`;
}

/** Whether the entry is about an operation or the service, not about one user. */
export function isDecision({ userId, reference }: Pick<AuditEntry, 'userId' | 'reference'>): boolean {
  return userId === null && reference === '';
}

/** The id of all entries about the retention, so that they are the history of one subject. */
export const PURGE_ID = 'auditPurge';

/** The lane of an entry's subject. */
export function laneOfEntry(entry: AuditEntry): string {
  return laneOf(subjectOf(entry));
}

/** The key of an entry in a user's history. The same event has the same key, so it is recorded once. */
export function entryKey(entry: AuditEntry): string {
  return `${subjectOf(entry)}_${invertTime(entry.at)}_${entry.operationId ?? 'audit'}_${entry.event}${suffixOf(entry)}`;
}

/** The part of a row key that tells findings of the same event at the same time apart; usually empty. */
export function suffixOf({ userId, id }: AuditEntry): string {
  if (userId === null || id === undefined) return '';
  return `_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

/** The time in the key of an entry, in milliseconds since 1970; undefined when no entry has such a key. */
export function timeInEntryKey(key: string): number | undefined {
  const time = /_(\d{15})_[^_]+_[a-zA-Z]+$/.exec(key)?.[1];
  return time === undefined ? undefined : timeInKey(time);
}
