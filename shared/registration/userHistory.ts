import { z } from 'zod';
import { auditEvents } from '../audit/entry.ts';
import { mfaStateSchema } from '../domain/mfaState.ts';
import type { StoredRow } from '../tables/rows.ts';
import { listPositionSchema } from '../users/userIndex.ts';
import { type UserRow, userColumns } from '../users/userRow.ts';

/** Something that the registration sweep found out about a user, with the time at which it did. */
const findingSchema = z.object({
  event: z.enum(auditEvents),
  from: mfaStateSchema.optional(),
  to: mfaStateSchema,
  at: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/**
 * What the registration sweep knows of a user, beside what changes of state know. A time during which a user is enabled
 * is an episode, known by its beginning; what is to be recorded once in an episode remembers the episode.
 */
const userHistorySchema = listPositionSchema.extend({
  userType: z.string().nullable(),
  accountEnabled: z.boolean().nullable(),
  /** The episode that the user is in; empty while they are not enabled. */
  enabledSince: z.string(),
  /** When the user was first found registered in this episode; empty while they are not. */
  registeredSince: z.string(),
  /** The last episodes in which a completed registration and a stuck user were recorded, and a promotion asked for. */
  recordedEpisode: z.string(),
  stuckEpisode: z.string(),
  promotedEpisode: z.string(),
  /** The number of the sweep that asked for that promotion. */
  promotedIn: z.number(),
  /** The last reminder that was decided on, in the sweep with this number; null when there was none. */
  reminder: z
    .object({ episode: z.string(), number: z.number(), at: z.string(), sweep: z.number() })
    .nullable()
    .default(null),
  /** The tenant does not list the user any more. */
  gone: z.boolean(),
  /** The number of the sweep that changed this last. */
  changedIn: z.number(),
  /** Where the user stood before that change; null when nowhere. */
  previous: listPositionSchema.nullable(),
  /** What that change was about. */
  findings: z.array(findingSchema),
});
export type UserHistory = z.infer<typeof userHistorySchema>;

/** A user's row with what the registration sweep keeps in it. */
export interface StoredUser {
  readonly row: UserRow;
  /** Undefined for a user whom no sweep has seen. */
  readonly history: UserHistory | undefined;
}

/** The audit's columns stand beside those of state changes; each writes its own. */
const COLUMN = 'followUp';

export function userHistoryColumns(lane: string, row: UserRow, history: UserHistory) {
  return { ...userColumns(lane, row), [COLUMN]: JSON.stringify(history) };
}

export function readUserHistory(row: StoredRow): UserHistory | undefined {
  return typeof row[COLUMN] === 'string' ? userHistorySchema.parse(JSON.parse(row[COLUMN])) : undefined;
}

/** A user whom no sweep has seen before. */
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
    promotedIn: 0,
    reminder: null,
    gone: false,
    changedIn: 0,
    previous: null,
    findings: [],
  };
}

/** A row as it is to be: nothing of it is the same object as before when anything has changed. */
export interface RewrittenUser {
  readonly row: UserRow;
  readonly history: UserHistory;
}
