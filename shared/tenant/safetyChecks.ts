import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { TenantPolicy } from './policy.ts';

/** Whether the tenant's policies allow an operation. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly notes: readonly string[]; readonly overrides: readonly Acknowledgement[] }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Graph cannot be asked at the moment. */
  | { readonly kind: 'unknown'; readonly what: string };

interface SafetyCheck {
  readonly acknowledgement: 'conditionalAccess' | 'securityDefaults';
  readonly name: string;
  readonly why: string;
}

const safetyChecks: readonly SafetyCheck[] = [
  {
    acknowledgement: 'conditionalAccess',
    name: 'Conditional Access',
    why: 'Conditional Access policies of the tenant require multifactor authentication, and per-user MFA must not be combined with them.',
  },
  {
    acknowledgement: 'securityDefaults',
    name: 'Security defaults',
    why: 'Security defaults are on in the tenant, and they already require multifactor authentication.',
  },
];

/**
 * Applies the safety checks of the tenant to an operation. Per-user MFA must not be combined with Conditional Access,
 * and is not needed with security defaults
 * (https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates). A fact that is not known never
 * passes silently.
 */
export function judgePolicy(target: MfaState, acknowledged: readonly Acknowledgement[], policy: TenantPolicy): Verdict {
  if (target === 'disabled') return { kind: 'allowed', notes: [], overrides: [] };
  const notes: string[] = [];
  const overrides: Acknowledgement[] = [];
  for (const { acknowledgement, name, why } of safetyChecks) {
    const { value: fact, why: whyForbidden = '' } = policy[acknowledgement];
    if (fact === 'no') continue;
    if (fact === 'unlicensed') {
      notes.push(`${name} could not be read: the tenant has no licence for it, so it is not in use.`);
      continue;
    }
    if (acknowledged.includes(acknowledgement)) {
      overrides.push(acknowledgement);
      continue;
    }
    const remedy = `To change the users anyway, send the request with "acknowledge": ["${acknowledgement}"].`;
    if (fact === 'yes') return { kind: 'refused', code: acknowledgement, message: `${why} ${remedy}` };
    if (fact === 'unavailable') return { kind: 'unknown', what: name };
    return {
      kind: 'refused',
      code: `${acknowledgement}Unknown`,
      message: `${whyForbidden || `The service could not read ${name}. Grant it the permission Policy.Read.All and retry.`} ${remedy}`,
    };
  }
  return { kind: 'allowed', notes, overrides };
}
