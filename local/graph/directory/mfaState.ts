/** The per-user MFA states, in the order of the codes that the directory stores. */
export const MFA_STATES = ['disabled', 'enabled', 'enforced'] as const;

export type MfaState = (typeof MFA_STATES)[number];

export const DISABLED = 0;
export const ENABLED = 1;
export const ENFORCED = 2;

/** Whether a value from outside is the name of a state; names are case-sensitive, as in Graph. */
export function isMfaState(value: unknown): value is MfaState {
  return (MFA_STATES as readonly unknown[]).includes(value);
}

export function stateName(code: number): MfaState {
  return MFA_STATES[code] as MfaState;
}

export function stateCode(state: MfaState): number {
  return MFA_STATES.indexOf(state);
}
