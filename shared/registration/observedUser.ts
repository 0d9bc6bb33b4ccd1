import type { ListedUser } from '../graph/userList.ts';
import type { RemindRules } from './remind.ts';
import type { StoredUser } from './userHistory.ts';

/** Whether a user is registered, by each source that this sweep has read. */
export interface Registration {
  /** By the user's methods; undefined when they were not read. */
  readonly byMethods: boolean | undefined;
  /** By the registration report, which may be hours old; undefined when it does not name the user. */
  readonly byReport: boolean | undefined;
}

/** A user in the tenant's list. `readAt` is ISO 8601. */
export type ObservedListing = ListedUser & { readonly readAt: string };

/** The data that one sweep has read about a user, beside the stored row. */
export interface ObservedUser {
  /** Undefined for a user who is not in the tenant's list. */
  readonly listed: ObservedListing | undefined;
  readonly stored: StoredUser;
  readonly registration: Registration;
  /** Whether the last promotion of the user was refused or has failed, so that it may be requested again. */
  readonly isPromotionRefused: boolean;
}

export interface ReconcileRules {
  /** The number of the sweep. */
  readonly sweep: number;
  /** When the listing began, ISO 8601. */
  readonly listedFrom: string;
  /** Whether users may be missing in the list. */
  readonly isIncomplete: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long Graph may still show the old state after a change. */
  readonly consistencyMs: number;
  /** How long a user may be enabled and registered before `stuckEnabled` is recorded. */
  readonly stuckAfterMs: number;
  /** Whether to promote registered users. */
  readonly promote: boolean;
  /** When to remind users who do not register; undefined for never. */
  readonly remind: RemindRules | undefined;
}
