import { failingOf } from '../domain/namedUsers.ts';
import type { ReferencePage } from '../domain/referencePage.ts';
import { RefusedError } from '../errors.ts';
import { type DailyLimit, explainDailyLimit } from '../pace/dailyLimit.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import { type StateChangeRequest, statesOf } from './request.ts';

export interface RefuseEarlyDependencies {
  /** The tenant's policies, if they were read recently. */
  readonly knownPolicy: () => Promise<TenantPolicy | undefined>;
  readonly dailyLimit: DailyLimit;
}

/**
 * Refuses a request that would be refused for every user, as far as the cached policies of the tenant and the daily
 * limit on lowering states show it. Graph is not asked here: what it would refuse becomes the outcome of each user.
 * @throws RefusedError 409 with the code of the safety check, and what to do
 */
export async function refuseEarly(
  request: StateChangeRequest,
  pages: readonly ReferencePage[],
  { knownPolicy, dailyLimit }: RefuseEarlyDependencies,
): Promise<void> {
  const policy = await knownPolicy();
  const states = statesOf(request);
  const verdicts = policy ? states.map((state) => judgePolicy(state, request.acknowledge, policy)) : [];
  const refused = verdicts.filter((verdict) => verdict.kind === 'refused');
  const [first] = refused;
  if (first !== undefined && refused.length === states.length) throw new RefusedError(409, first.code, first.message);

  if (!states.includes('disabled') || request.dryRun) return;
  const users = pages.reduce((sum, page) => sum + countDisabled(page), 0);
  if (users === 0) return; // the size of a group is not known
  const left = await dailyLimit.left();
  if (users <= left) return;
  const { code, message } = explainDailyLimit(dailyLimit.usersPerDay);
  throw new RefusedError(
    409,
    code,
    `The request names ${users} users, and the limit has ${left} left for today. ${message}`,
    {
      target: 'users',
    },
  );
}

/** The users of a page that are to be disabled, each counted once. */
function countDisabled({ references, repeated, states, remarks = [] }: ReferencePage): number {
  const left = new Set([...repeated, ...failingOf(remarks).map(({ position }) => position)]);
  return references.filter(
    (_, position) => !left.has(position) && (states === undefined || states[position] === 'disabled'),
  ).length;
}
