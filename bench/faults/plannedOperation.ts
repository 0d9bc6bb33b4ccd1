import type { Acknowledgement, MfaState } from '../../shared/domain/mfaState.ts';

/** A request for a state change, as its client will send it. */
export interface PlannedOperation {
  readonly id: string;
  readonly state: MfaState;
  /** Empty where the request names a group. */
  readonly references: readonly string[];
  readonly group: PlannedGroup | undefined;
  readonly acknowledge: readonly Acknowledgement[];
  readonly dryRun: boolean;
  readonly reason: string;
}

/** A group, with the object ids of all its members. */
export interface PlannedGroup {
  readonly id: string;
  readonly members: readonly string[];
}

/** A retry of an operation, with all safety checks overridden. */
export interface PlannedRetry {
  readonly id: string;
  readonly operation: number;
}
