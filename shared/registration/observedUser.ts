import type { RegisteredMethods } from '../graph/methods.ts';
import type { ListedUser } from '../graph/userList.ts';
import type { RemindRules } from './remind.ts';
import type { Trail } from './staged/stagedTrail.ts';
import type { StoredUser } from './userHistory.ts';

/** Whether a user is registered, by each source that this sweep has read. */
export interface Registration {
  /** By the user's methods; undefined when they were not read. */
  readonly byMethods: RegisteredMethods | undefined;
  /** By the registration report, which may be hours old; undefined when it does not name the user. */
  readonly byReport: boolean | undefined;
}

/** A user in the tenant's list. `readAt` is ISO 8601. */
export interface ObservedListing extends ListedUser {
  readonly readAt: string;
  /** Whether the state comes from a request about this user alone, and not from the list, which may be hours old. */
  readonly isLive: boolean;
}

/** The data that one sweep has read about a user, beside the stored row. */
export interface ObservedUser {
  /** Undefined for a user who is not in the tenant's list. */
  readonly listed: ObservedListing | undefined;
  readonly stored: StoredUser;
  /** What the audit log of Entra has about the user. */
  readonly trail: Trail;
  readonly registration: Registration;
  /** Whether the last promotion of the user was refused or has failed, so that it may be requested again. */
  readonly isPromotionRefused: boolean;
}

export interface ReconcileRules {
  /** The number of the sweep. */
  readonly sweep: number;
  /** When the listing began, ISO 8601. */
  readonly listedFrom: string;
  /** When the listing of the last completed sweep began; undefined when there is none. */
  readonly sweptFrom: string | undefined;
  /** From when on the audit log of Entra was read, ISO 8601. */
  readonly trailFrom: string;
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
