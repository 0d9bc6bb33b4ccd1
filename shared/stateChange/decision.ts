import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Read } from '../graph/read.ts';
import type { UserRow } from '../users/userRow.ts';

/** What must be known of a user to decide about the user. */
export interface Situation {
  readonly operation: Operation;
  /** The key of the user's chunk. */
  readonly chunk: string;
  readonly row: UserRow;
  readonly state: Read<MfaState>;
  /** Whether the user has a method that counts as multifactor authentication. */
  readonly registered: Read<boolean>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
}

/** A situation in which Graph has told the user's state. */
export interface KnownSituation extends Situation {
  /** The state as Graph shows it. */
  readonly seen: MfaState;
  /** The state that the user is presumed to be in: a read may show an older one. */
  readonly from: MfaState;
}

/** An outcome before it has its time. */
export type UntimedOutcome = Omit<Outcome, 'at'>;

/** Write the user's state. */
export interface WriteDecision {
  readonly kind: 'write';
  readonly from: MfaState;
  /** Guards that the caller overrode. */
  readonly overrides: readonly Acknowledgement[];
}

/** What is to be done about one user. */
export type Decision =
  | { readonly kind: 'conclude'; readonly outcome: UntimedOutcome }
  /** The user is in the target state: nothing to write, but the change counts as the newest. */
  | { readonly kind: 'unchanged'; readonly state: MfaState }
  /** An earlier attempt wrote the state, and broke off before it stored the outcome. */
  | { readonly kind: 'confirm'; readonly from: MfaState; readonly overrides: readonly Acknowledgement[] }
  | WriteDecision
  /** It cannot be decided yet. */
  | { readonly kind: 'retry'; readonly retryAfterMs: number | undefined }
  /** Whether the user has a registered method must be known first. */
  | { readonly kind: 'needsRegistration' };

export function conclude(outcome: UntimedOutcome): Decision {
  return { kind: 'conclude', outcome };
}
