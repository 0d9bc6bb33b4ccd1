import { z } from 'zod';

/** The per-user MFA states of Microsoft Entra ID, from the weakest to the strongest. */
export const mfaStates = ['disabled', 'enabled', 'enforced'] as const;
export const mfaStateSchema = z.enum(mfaStates);
export type MfaState = (typeof mfaStates)[number];

/** True when the change leaves the user with less protection than before. */
export function lowers(from: MfaState, to: MfaState): boolean {
  return mfaStates.indexOf(to) < mfaStates.indexOf(from);
}

/** Overrides that a request may carry; each is recorded in the audit entry of the change that it allowed. */
export const acknowledgements = [
  'conditionalAccess',
  'securityDefaults',
  'legacyAuthInterruption',
  'weaken',
  'dailyLimit',
  'privileged',
] as const;
export const acknowledgementSchema = z.enum(acknowledgements);
export type Acknowledgement = (typeof acknowledgements)[number];
