import type { ReferencePage } from '../domain/referencePage.ts';
import { RequestError } from '../errors.ts';
import { type DailyLimit, explainDailyLimit } from '../pace/dailyLimit.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import type { StateChangeRequest } from './request.ts';

export interface RefuseEarlyDependencies {
  /** What is known of the tenant's policies, when it is fresh. */
  readonly knownPolicy: () => Promise<TenantPolicy | undefined>;
  readonly dailyLimit: DailyLimit;
}

/**
 * Refuses a request that would end with the same answer for every user, as far as this can be told without asking Graph:
 * by what is known of the tenant's policies, and by the daily limit on lowering states. What cannot be told here shows as outcomes.
 * @throws RequestError 409 with the code of the guard, and what to do
 */
export async function refuseEarly(
  request: StateChangeRequest,
  pages: readonly ReferencePage[],
  { knownPolicy, dailyLimit }: RefuseEarlyDependencies,
): Promise<void> {
  const policy = await knownPolicy();
  const verdict = policy && judgePolicy(request.state, request.acknowledge, policy);
  if (verdict?.kind === 'refused') throw new RequestError(409, verdict.code, verdict.message);

  if (request.state !== 'disabled' || request.dryRun) return;
  const users = pages.reduce((sum, { references, repeated }) => sum + references.length - repeated.length, 0);
  if (users === 0) return; // how large a group is, is not known
  const left = await dailyLimit.left();
  if (users <= left) return;
  const { code, message } = explainDailyLimit(dailyLimit.usersPerDay);
  throw new RequestError(409, code, `The request names ${users} users, and ${left} are left for today. ${message}`, {
    target: 'users',
  });
}
