import { z } from 'zod';
import type { DailyLimit } from '../pace/dailyLimit.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import type { Fact, FactValue, TenantPolicy } from '../tenant/policy.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { dateTime } from './formats.ts';

const factViewSchema = z.object({
  isOn: z.boolean().nullable().describe('Whether it is on; null when it is not known.'),
  whyUnknown: z.string().describe('Why it is not known, and what to do.').optional(),
  checkedDateTime: dateTime('When Microsoft Graph was asked.'),
  ageSeconds: z.number().int().describe('How long ago that was, in seconds.'),
});
type FactView = z.infer<typeof factViewSchema>;

/** The facts about the tenant that safety checks use, in the API. */
export const tenantPolicyViewSchema = z.object({
  conditionalAccess: factViewSchema.describe(
    'Whether a Conditional Access policy that is on requires multifactor authentication.',
  ),
  securityDefaults: factViewSchema.describe('Whether security defaults are on.'),
  protectedAccounts: z
    .object({
      count: z.number().int().nullable().describe('How many there are; null when it is not known.'),
      whyUnknown: z.string().describe('Why it is not known, and what to do.').optional(),
    })
    .describe('Accounts that are never changed.'),
  lowering: z
    .object({
      usersPerDay: z.number().int().describe('How many users a day; 0 allows none.'),
      leftToday: z.number().int().describe('How many of them are left today.'),
    })
    .describe(
      'The daily limit on lowering states, in users (UTC, for all callers together), and how many are left today.',
    ),
});
export type TenantPolicyView = z.infer<typeof tenantPolicyViewSchema>;

/** Why a fact is unknown. Without a licence the feature is not in use, and its safety check passes. */
const WHY_UNKNOWN: Readonly<Record<Exclude<FactValue, 'yes' | 'no'>, string>> = {
  unlicensed: 'The tenant has no licence for it, so it cannot be in use.',
  forbidden: 'Microsoft Graph does not show it. Grant the service the permission Policy.Read.All.',
  unavailable: 'Microsoft Graph could not be asked. It will be asked again in a few seconds.',
};

export async function tenantPolicyView(deps: {
  readonly policy: () => Promise<TenantPolicy>;
  readonly protectedUsers: () => Promise<ProtectedUsersAnswer>;
  readonly dailyLimit: DailyLimit;
  readonly now: () => number;
}): Promise<TenantPolicyView> {
  const [policy, accounts, left] = await Promise.all([deps.policy(), deps.protectedUsers(), deps.dailyLimit.left()]);
  return {
    conditionalAccess: factView(policy.conditionalAccess, deps.now()),
    securityDefaults: factView(policy.securityDefaults, deps.now()),
    protectedAccounts: countView(accounts),
    lowering: { usersPerDay: deps.dailyLimit.usersPerDay, leftToday: left },
  };
}

function factView({ value, at, why }: Fact, now: number): FactView {
  const known = value === 'yes' || value === 'no';
  return {
    isOn: known ? value === 'yes' : null,
    ...(known ? {} : { whyUnknown: why ?? WHY_UNKNOWN[value] }),
    checkedDateTime: new Date(at).toISOString(),
    ageSeconds: Math.max(0, Math.floor((now - at) / 1000)),
  };
}

function countView(accounts: ProtectedUsersAnswer): TenantPolicyView['protectedAccounts'] {
  if (accounts === undefined) return { count: null, whyUnknown: WHY_UNKNOWN.unavailable };
  if (isUnreadable(accounts)) return { count: null, whyUnknown: accounts.unreadable.message };
  return { count: accounts.reasons.size };
}
