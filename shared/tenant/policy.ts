import { z } from 'zod';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { isExpiredLink } from '../graph/listPage.ts';
import { explainRead } from '../graph/refusal.ts';

/**
 * A fact about the tenant.
 * - `yes`, `no`: as read from Graph
 * - `unlicensed`: the tenant has no licence for the feature, so it cannot be in use
 * - `forbidden`: Graph refuses to show it, usually because the app lacks the permission
 * - `unavailable`: Graph did not answer
 */
const factValues = ['yes', 'no', 'unlicensed', 'forbidden', 'unavailable'] as const;
export type FactValue = (typeof factValues)[number];

const factSchema = z.object({
  value: z.enum(factValues),
  /** When it was read, milliseconds since 1970. */
  at: z.number(),
  /** For `forbidden`: why, with Graph's own words. */
  why: z.string().optional(),
  /** For `forbidden`: a refusal without status 403 says nothing about a permission, and may pass soon. */
  mayPass: z.boolean().optional(),
});
export type Fact = Readonly<z.infer<typeof factSchema>>;
type FactFound = Omit<Fact, 'at'>;

/** The facts about the tenant that safety checks need. */
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
 * Reads the tenant's policies from Graph. Conditional Access allows one request a second for all apps of the tenant
 * together, so callers must cache the answer.
 * @param betweenPages waits for the time that must pass between two requests for Conditional Access
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
  return { conditionalAccess: { ...conditionalAccess, at }, securityDefaults: { ...securityDefaults, at } };
}

async function readConditionalAccess(send: SendToGraph, betweenPages: () => Promise<void>): Promise<FactFound> {
  const first = '/identity/conditionalAccess/policies?$select=state,grantControls';
  let path: string | undefined = first;
  while (path !== undefined) {
    const answer: Answer = await send({ method: 'GET', path });
    // The next attempt begins with the first page.
    if (path !== first && isExpiredLink(answer)) return UNAVAILABLE;
    if (answer.kind !== 'ok') return whyUnknown(answer, 'Conditional Access');
    const page = conditionalAccessPage.safeParse(answer.body);
    if (!page.success) return UNAVAILABLE;
    const requiresMfa = page.data.value.some(
      ({ state, grantControls }) =>
        state === 'enabled' &&
        (grantControls?.builtInControls?.includes('mfa') ||
          grantControls?.authenticationStrength?.requirementsSatisfied === 'mfa'),
    );
    if (requiresMfa) return { value: 'yes' };
    path = page.data['@odata.nextLink'];
    if (path !== undefined) await betweenPages();
  }
  return { value: 'no' };
}

async function readSecurityDefaults(send: SendToGraph): Promise<FactFound> {
  const answer = await send({ method: 'GET', path: '/policies/identitySecurityDefaultsEnforcementPolicy' });
  if (answer.kind !== 'ok') return whyUnknown(answer, 'security defaults');
  const policy = securityDefaultsPolicy.safeParse(answer.body);
  if (!policy.success) return UNAVAILABLE;
  return { value: policy.data.isEnabled ? 'yes' : 'no' };
}

const UNAVAILABLE: FactFound = { value: 'unavailable' };

/** Only the message of Graph's refusal shows a missing licence; the status varies. */
function whyUnknown(answer: Exclude<Answer, { kind: 'ok' }>, what: string): FactFound {
  if (answer.kind === 'retry') return UNAVAILABLE;
  if (/licen[cs]e|premium|not applicable to target tenant/i.test(`${answer.code} ${answer.message}`))
    return { value: 'unlicensed' };
  const why = explainRead(answer, what, 'Policy.Read.All').message;
  return answer.status === 403 ? { value: 'forbidden', why } : { value: 'forbidden', why, mayPass: true };
}

/** Whether no fact may change soon, so that the answer can be kept. */
export function isComplete({ conditionalAccess, securityDefaults }: TenantPolicy): boolean {
  return [conditionalAccess, securityDefaults].every(({ value, mayPass }) => value !== 'unavailable' && !mayPass);
}
