/**
 * What was done to the system on purpose, where that is known: an outcome that is no success must have one of these
 * reasons. Without it, such outcomes are taken at their word.
 */
export interface Causes {
  /** Operations that a client asked to cancel. */
  readonly canceled: ReadonlySet<string>;
  /** The ids of the messages that used up their deliveries. */
  readonly deadLetters: readonly string[];
  /** Users that Graph always fails for or refuses, by object id, with the codes that their outcomes may have. */
  readonly oddUsers: ReadonlyMap<string, readonly string[]>;
  /** Users that were deleted meanwhile, by object id. */
  readonly deletedUsers: ReadonlySet<string>;
  /** Accounts that the service must not change, by object id. */
  readonly protectedUsers: ReadonlySet<string>;
  /** Accounts with a directory role, by object id: the service lowers none of them without approval. */
  readonly privilegedUsers: ReadonlySet<string>;
  /** The object ids of all users that there were at first, by user principal name in lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** Users who have a method for multifactor authentication. */
  readonly registeredUsers: ReadonlySet<string>;
  /** The daily limit on lowering states. */
  readonly loweredPerDay: number;
  /** How many users one operation may lower. No person approves more in a campaign. */
  readonly loweredAtOnce: number;
  /** How old the state that a decision is based on may be when the decision is carried out or stored, in milliseconds. */
  readonly readAgeMs: number;
}
