import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { MissingReason, Read, Silence } from '../graph/read.ts';
import type { UserRow } from '../users/userRow.ts';
import type { SafetyFacts } from './safetyFacts.ts';

/** The facts on which one user is decided. */
export interface Situation {
  readonly operation: Operation;
  /** The key of the user's chunk. */
  readonly chunk: string;
  readonly row: UserRow;
  /** Whether Graph certainly did not carry out the write of our claim, so that the claim says nothing about the user. */
  readonly isClaimUnused?: boolean;
  /** Whether planning found that the change lowers the user's state. */
  readonly lowersAsPlanned?: boolean | undefined;
  readonly state: Read<MfaState>;
  /** Whether the user has a method that counts as multifactor authentication. */
  readonly registered: Read<boolean>;
  /** The facts that each write is checked with; undefined where no write follows the decision. */
  readonly safety: SafetyFacts | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long reads of Graph may show the state from before a change. */
  readonly consistencyMs: number;
}

/** A situation in which the user's state is known. */
export interface KnownSituation extends Situation {
  /** The state as Graph shows it. */
  readonly from: MfaState;
}

/** An outcome before it has its time. */
export type UntimedOutcome = Omit<Outcome, 'at'>;

/** Write the user's state. */
export interface WriteDecision {
  readonly kind: 'write';
  readonly from: MfaState;
  /** Safety checks that the caller overrode. */
  readonly overrides: readonly Acknowledgement[];
  /** Set when an earlier attempt may have written. */
  readonly isRepeated?: true;
}

/** Why one user alone cannot be decided. `staleRead`: Graph may still show a state from before our last changes. */
export type StallReason = MissingReason | 'staleRead';

/** The decision about one user. */
export type Decision =
  | { readonly kind: 'conclude'; readonly outcome: UntimedOutcome }
  /** The user already has the target state: nothing is written, but the change counts as the newest. */
  | { readonly kind: 'unchanged'; readonly state: MfaState }
  /** An earlier attempt wrote the state and was cut off before it stored the outcome. */
  | { readonly kind: 'confirm'; readonly from: MfaState; readonly overrides: readonly Acknowledgement[] }
  | WriteDecision
  /** A fact is missing: decide again later. */
  | {
      readonly kind: 'retry';
      readonly retryAfterMs: number | undefined;
      /** Why the fact is missing for this user alone; undefined where others wait for the same. */
      readonly reason?: StallReason;
      /** Set when Graph did not answer the whole batch. */
      readonly silence?: Silence;
    }
  /** The user's registration must be read first. */
  | { readonly kind: 'needsRegistration' };

/** A fact is missing that others wait for too. */
export const UNKNOWN_YET = { kind: 'retry', retryAfterMs: undefined } as const satisfies Decision;

export function conclude(outcome: UntimedOutcome): Decision {
  return { kind: 'conclude', outcome };
}
