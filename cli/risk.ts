import type { Acknowledgement, MfaState } from '../shared/domain/mfaState.ts';

/** Why a change of many users needs a confirmation; undefined when it needs none. */
export function riskOf(states: readonly MfaState[], acknowledge: readonly Acknowledgement[]): string | undefined {
  const reasons = [
    ...(states.includes('disabled') ? ['they lose per-user MFA'] : []),
    ...(acknowledge.length > 0 ? [`overriding ${acknowledge.join(', ')}`] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
