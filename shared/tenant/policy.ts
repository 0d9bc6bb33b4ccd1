import { z } from 'zod';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';

/**
 * A fact about the tenant.
 * - `yes`, `no`: Graph said so
 * - `unlicensed`: the tenant has no licence for the feature, so it cannot be in use
 * - `forbidden`: the app lacks the permission to look
 * - `unavailable`: Graph could not be asked
 */
const factValues = ['yes', 'no', 'unlicensed', 'forbidden', 'unavailable'] as const;
export type FactValue = (typeof factValues)[number];

const factSchema = z.object({
  value: z.enum(factValues),
  /** When it was found, milliseconds since 1970. */
  at: z.number(),
});
export type Fact = Readonly<z.infer<typeof factSchema>>;

/** What guards need to know of the tenant. */
export const tenantPolicySchema = z.object({
  /** A Conditional Access policy that is on requires multifactor authentication. */
  conditionalAccess: factSchema,
  securityDefaults: factSchema,
});
export type TenantPolicy = Readonly<z.infer<typeof tenantPolicySchema>>;

const conditionalAccessPage = z.object({
  value: z.array(
    z.object({
      state: z.string(),
      grantControls: z
        .object({
          builtInControls: z.array(z.string()).nullish(),
          authenticationStrength: z.object({ requirementsSatisfied: z.string().nullish() }).nullish(),
        })
        .nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});
const securityDefaultsPolicy = z.object({ isEnabled: z.boolean() });

/**
 * Asks Graph for the tenant's policies. Conditional Access allows one request a second for all apps of the tenant
 * together, so the answer is to be kept.
 * @param betweenPages waits as long as must lie between two requests for Conditional Access
 */
export async function readPolicy(
  send: SendToGraph,
  now: () => number,
  betweenPages: () => Promise<void> = async () => {},
): Promise<TenantPolicy> {
  const [conditionalAccess, securityDefaults] = await Promise.all([
    readConditionalAccess(send, betweenPages),
    readSecurityDefaults(send),
  ]);
  const at = now();
  return { conditionalAccess: { value: conditionalAccess, at }, securityDefaults: { value: securityDefaults, at } };
}

async function readConditionalAccess(send: SendToGraph, betweenPages: () => Promise<void>): Promise<FactValue> {
  let path: string | undefined = '/identity/conditionalAccess/policies?$select=state,grantControls';
  while (path !== undefined) {
    const answer: Answer = await send({ method: 'GET', path });
    if (answer.kind !== 'ok') return whyUnknown(answer);
    const page = conditionalAccessPage.safeParse(answer.body);
    if (!page.success) return 'unavailable';
    const requiresMfa = page.data.value.some(
      ({ state, grantControls }) =>
        state === 'enabled' &&
        (grantControls?.builtInControls?.includes('mfa') ||
          grantControls?.authenticationStrength?.requirementsSatisfied === 'mfa'),
    );
    if (requiresMfa) return 'yes';
    path = page.data['@odata.nextLink'];
    if (path !== undefined) await betweenPages();
  }
  return 'no';
}

async function readSecurityDefaults(send: SendToGraph): Promise<FactValue> {
  const answer = await send({ method: 'GET', path: '/policies/identitySecurityDefaultsEnforcementPolicy' });
  if (answer.kind !== 'ok') return whyUnknown(answer);
  const policy = securityDefaultsPolicy.safeParse(answer.body);
  if (!policy.success) return 'unavailable';
  return policy.data.isEnabled ? 'yes' : 'no';
}

/** Graph names a missing licence in words only, and not always with the same status. */
function whyUnknown(answer: Exclude<Answer, { kind: 'ok' }>): FactValue {
  if (answer.kind === 'retry') return 'unavailable';
  if (/licen[cs]e|premium|not applicable to target tenant/i.test(`${answer.code} ${answer.message}`))
    return 'unlicensed';
  return 'forbidden';
}

/** Whether every fact was found, or at least why it cannot be. */
export function isComplete({ conditionalAccess, securityDefaults }: TenantPolicy): boolean {
  return conditionalAccess.value !== 'unavailable' && securityDefaults.value !== 'unavailable';
}
