import { z } from 'zod';
import type { DailyLimit } from '../pace/dailyLimit.ts';
import { isUnreadable, type Unreadable } from '../tenant/listIds.ts';
import type { Fact, FactValue, TenantPolicy } from '../tenant/policy.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import type { WriteHalt } from '../tenant/writeHalt.ts';
import { dateTime } from './formats.ts';
import { haltSchema, haltView } from './haltView.ts';

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
      unresolved: z
        .array(z.string())
        .describe(
          'Entries of the setting PROTECTED_USERS that are no account of the tenant. While there are any, no state is lowered.',
        )
        .optional(),
    })
    .describe('Accounts that are never changed.'),
  privilegedAccounts: z
    .object({
      count: z.number().int().nullable().describe('How many there are; null when it is not known.'),
      whyUnknown: z.string().describe('Why it is not known, and what to do.').optional(),
      isProtected: z.boolean().describe('Whether they are protected: the setting PROTECT_PRIVILEGED.'),
    })
    .describe('Accounts with a directory role, or that can activate one. Their states are not lowered.'),
  halt: haltSchema.nullable().describe('The halt of all changes; null when there is none.'),
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
  readonly privilegedUsers: () => Promise<PrivilegedUsersAnswer>;
  readonly settings: { readonly PROTECT_PRIVILEGED: boolean };
  readonly writeHalt: Pick<WriteHalt, 'current'>;
  readonly dailyLimit: DailyLimit;
  readonly now: () => number;
}): Promise<TenantPolicyView> {
  const [policy, accounts, privileged, halt, left] = await Promise.all([
    deps.policy(),
    deps.protectedUsers(),
    deps.privilegedUsers(),
    deps.writeHalt.current(),
    deps.dailyLimit.left(),
  ]);
  return {
    conditionalAccess: factView(policy.conditionalAccess, deps.now()),
    securityDefaults: factView(policy.securityDefaults, deps.now()),
    protectedAccounts: protectedView(accounts),
    privilegedAccounts: { ...countView(privileged), isProtected: deps.settings.PROTECT_PRIVILEGED },
    halt: halt === undefined ? null : haltView(halt),
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

function protectedView(accounts: ProtectedUsersAnswer): TenantPolicyView['protectedAccounts'] {
  if (accounts === undefined || isUnreadable(accounts)) return countView(accounts);
  const { reasons, unresolved } = accounts;
  return { ...countView(reasons), ...(unresolved.length === 0 ? {} : { unresolved: [...unresolved] }) };
}

function countView(accounts: ReadonlyMap<string, unknown> | Unreadable | undefined): {
  count: number | null;
  whyUnknown?: string;
} {
  if (accounts === undefined) return { count: null, whyUnknown: WHY_UNKNOWN.unavailable };
  if (isUnreadable(accounts)) return { count: null, whyUnknown: accounts.unreadable.message };
  return { count: accounts.size };
}
