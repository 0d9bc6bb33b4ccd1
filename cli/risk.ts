import type { Acknowledgement, MfaState } from '../shared/domain/mfaState.ts';

/** Why a change of many users wants a confirmation; undefined when it does not. */
export function riskOf(state: MfaState, acknowledge: readonly Acknowledgement[]): string | undefined {
  const reasons = [
    ...(state === 'disabled' ? ['they lose per-user MFA'] : []),
    ...(acknowledge.length > 0 ? [`overriding ${acknowledge.join(', ')}`] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
