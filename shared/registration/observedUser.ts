import type { ListedUser } from '../graph/userList.ts';
import type { RemindRules } from './remind.ts';
import type { StoredUser } from './userHistory.ts';

/** What is known of a user's registration, in this sweep. */
export interface Registration {
  /** Whether the user has a method that counts, by their methods; undefined when they were not asked for. */
  readonly asked: boolean | undefined;
  /** What the registration report says, which may be hours old; undefined when it says nothing. */
  readonly reported: boolean | undefined;
}

/** A user as the tenant lists them. `readAt` is ISO 8601. */
export type ObservedListing = ListedUser & { readonly readAt: string };

/** A user as one sweep observes them. */
export interface ObservedUser {
  /** Undefined for a user whom the tenant does not list. */
  readonly listed: ObservedListing | undefined;
  readonly known: StoredUser;
  readonly registration: Registration;
}

export interface ReconcileRules {
  /** The number of the sweep. */
  readonly sweep: number;
  /** When the listing began, ISO 8601. */
  readonly listedFrom: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
  /** How long a user may be enabled and registered before that is recorded. */
  readonly stuckAfterMs: number;
  /** Whether registered users are to be promoted. */
  readonly promote: boolean;
  /** When users who do not register are to be reminded; undefined for never. */
  readonly remind: RemindRules | undefined;
}
