import type { Acknowledgement, MfaState } from '../shared/domain/mfaState.ts';

/** The body of a request to change users. */
export interface ChangeRequest {
  readonly state: MfaState;
  readonly reason: string;
  readonly notify: boolean;
  readonly dryRun: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  readonly users?: readonly string[];
  readonly group?: string;
}
