import { type MfaState, mfaStates } from '../domain/mfaState.ts';

/** The states that lists show; `unknown` for users whose state could not be read. */
export const listedStates = [...mfaStates, 'unknown'] as const;

/** The name of the users with a state and a registration in the counts of a sweep, such as `enabled_no`. */
export function listOf({
  state,
  registered,
}: {
  readonly state: MfaState | null;
  readonly registered: boolean | null;
}): string {
  return `${state ?? 'unknown'}_${registered === null ? 'unknown' : registered ? 'yes' : 'no'}`;
}
