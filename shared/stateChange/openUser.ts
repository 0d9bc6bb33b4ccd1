import type { MfaState } from '../domain/mfaState.ts';
import type { Read } from '../graph/read.ts';
import type { UserRow } from '../users/userRow.ts';
import type { Decision, WriteDecision } from './decision.ts';

/** A user of a chunk who has no outcome yet, with the known facts. */
export interface OpenUser {
  /** Object id. */
  readonly id: string;
  readonly row: UserRow;
  readonly state: Read<MfaState>;
  readonly registered: Read<boolean>;
}

/** An open user with the decision. */
export interface DecidedUser<D = Decision | Awaits> extends OpenUser {
  readonly decision: D;
}

/** The user is to be written, but the quota has no room in this round, or writes are halted. */
export interface Awaits {
  readonly kind: 'awaitQuota' | 'awaitResume';
}

/** Whether the user waits for something else than a fact. */
export function isAwaiting(decision: Decision | Awaits): decision is Awaits {
  return decision.kind === 'awaitQuota' || decision.kind === 'awaitResume';
}

/** A user who is to be written. */
export type UserToWrite = DecidedUser<WriteDecision>;

export function isToWrite(user: DecidedUser): user is UserToWrite {
  return user.decision.kind === 'write';
}

export function idsOf(users: readonly { readonly id: string }[]): string[] {
  return users.map(({ id }) => id);
}
