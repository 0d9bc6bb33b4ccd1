import { z } from 'zod';
import { auditEntrySchema, auditEvents } from '../audit/entry.ts';
import { mfaStateSchema } from '../domain/mfaState.ts';
import type { StoredRow } from '../tables/rows.ts';
import { type UserRow, userColumns } from '../users/userRow.ts';

/** A finding of the registration sweep about a user, and when the sweep found it. */
const findingSchema = z.object({
  event: z.enum(auditEvents),
  from: mfaStateSchema.optional(),
  to: mfaStateSchema,
  at: z.string(),
  ...auditEntrySchema.pick({
    between: true,
    initiatedBy: true,
    directoryAuditId: true,
    methodCreatedAt: true,
    id: true,
  }).shape,
});
export type Finding = z.infer<typeof findingSchema>;

/** What a user was before a change. */
const positionSchema = z.object({
  /** Null when it is not known. */
  state: mfaStateSchema.nullable(),
  registered: z.boolean().nullable(),
  /** User principal name. */
  name: z.string(),
});

/**
 * The data that the registration sweep stores about a user, beside the columns of state changes. An episode is a time
 * during which a user is enabled, identified by its beginning. What is recorded once per episode is stored with the
 * episode.
 */
const userHistorySchema = positionSchema.extend({
  userType: z.string().nullable(),
  accountEnabled: z.boolean().nullable(),
  /** The current episode; empty while the user is not enabled. */
  enabledSince: z.string(),
  /** When a sweep first found the user registered in this episode; empty for none. */
  registeredSince: z.string(),
  /** The last episode with a recorded registration, with a recorded `stuckEnabled`, and with a requested promotion. */
  recordedEpisode: z.string(),
  stuckEpisode: z.string(),
  promotedEpisode: z.string(),
  /** The episode in which the user's methods showed no registration; empty for none. */
  unregisteredEpisode: z.string().default(''),
  /** Recorded events of Entra's audit log that the next sweep reads again. */
  seenEvents: z.array(z.object({ id: z.string(), at: z.string() })).default([]),
  /** The number of the sweep that requested that promotion. */
  promotedIn: z.number(),
  /** The last reminder, and the number of the sweep that decided on it; null for none. */
  reminder: z
    .object({ episode: z.string(), number: z.number(), at: z.string(), sweep: z.number() })
    .nullable()
    .default(null),
  /** The user is no longer in the tenant's list. */
  gone: z.boolean(),
  /** The number of the sweep that made the last change. */
  changedIn: z.number(),
  /** What the user was before that change; null for none. Earlier versions need it to read the row. */
  previous: positionSchema.nullable(),
  /** The findings of that change. */
  findings: z.array(findingSchema),
});
export type UserHistory = z.infer<typeof userHistorySchema>;

/** A user's row with the columns of the registration sweep. */
export interface StoredUser {
  readonly row: UserRow;
  /** Undefined for a user that no sweep has listed. */
  readonly history: UserHistory | undefined;
}

/** The column of the registration sweep. State changes write their own columns and leave this one. */
const COLUMN = 'followUp';

export function userHistoryColumns(lane: string, row: UserRow, history: UserHistory) {
  return { ...userColumns(lane, row), [COLUMN]: JSON.stringify(history) };
}

export function readUserHistory(row: StoredRow): UserHistory | undefined {
  return typeof row[COLUMN] === 'string' ? userHistorySchema.parse(JSON.parse(row[COLUMN])) : undefined;
}

/** The history of a user that no sweep has listed before. */
export function newUserHistory(name: string): UserHistory {
  return {
    state: null,
    registered: null,
    name,
    userType: null,
    accountEnabled: null,
    enabledSince: '',
    registeredSince: '',
    recordedEpisode: '',
    stuckEpisode: '',
    promotedEpisode: '',
    unregisteredEpisode: '',
    seenEvents: [],
    promotedIn: 0,
    reminder: null,
    gone: false,
    changedIn: 0,
    previous: null,
    findings: [],
  };
}

/** The new version of a user's row, to be stored. */
export interface RewrittenUser {
  readonly row: UserRow;
  readonly history: UserHistory;
}
