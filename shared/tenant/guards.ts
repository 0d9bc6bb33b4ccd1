import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { FactValue, TenantPolicy } from './policy.ts';

/** What the tenant's policies say to an operation. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly notes: readonly string[]; readonly overrides: readonly Acknowledgement[] }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The facts could not be had for the moment. */
  | { readonly kind: 'unknown'; readonly what: string };

interface Guard {
  readonly acknowledgement: 'conditionalAccess' | 'securityDefaults';
  readonly name: string;
  readonly why: string;
}

const guards: readonly Guard[] = [
  {
    acknowledgement: 'conditionalAccess',
    name: 'Conditional Access',
    why: 'The tenant has Conditional Access policies that require multifactor authentication, and per-user MFA must not be combined with them.',
  },
  {
    acknowledgement: 'securityDefaults',
    name: 'Security defaults',
    why: 'The tenant has security defaults on, which require multifactor authentication already.',
  },
];

/**
 * Whether the tenant's policies allow an operation. Per-user MFA must not be turned on beside Conditional Access, and is
 * not needed beside security defaults (howto-mfa-userstates). A fact that cannot be had never passes in silence.
 */
export function judgePolicy(target: MfaState, acknowledged: readonly Acknowledgement[], policy: TenantPolicy): Verdict {
  if (target === 'disabled') return { kind: 'allowed', notes: [], overrides: [] };
  const notes: string[] = [];
  const overrides: Acknowledgement[] = [];
  for (const { acknowledgement, name, why } of guards) {
    const fact: FactValue = policy[acknowledgement].value;
    if (fact === 'no') continue;
    if (fact === 'unlicensed') {
      notes.push(`${name} could not be looked up: the tenant has no licence for it, so it cannot be in use.`);
      continue;
    }
    if (acknowledged.includes(acknowledgement)) {
      overrides.push(acknowledgement);
      continue;
    }
    const remedy = `To change users all the same, send the request with "acknowledge": ["${acknowledgement}"].`;
    if (fact === 'yes') return { kind: 'refused', code: acknowledgement, message: `${why} ${remedy}` };
    if (fact === 'unavailable') return { kind: 'unknown', what: name };
    return {
      kind: 'refused',
      code: `${acknowledgement}Unknown`,
      message: `${name} could not be looked up: the service lacks the permission Policy.Read.All. Grant it and retry. ${remedy}`,
    };
  }
  return { kind: 'allowed', notes, overrides };
}
