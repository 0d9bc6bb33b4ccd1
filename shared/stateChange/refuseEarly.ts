import { RefusedError } from '../errors.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import { type StateChangeRequest, statesOf } from './request.ts';

export interface RefuseEarlyDependencies {
  /** The tenant's policies, if they were read recently. */
  readonly knownPolicy: () => Promise<TenantPolicy | undefined>;
}

/**
 * Refuses a request that would be refused for every user, as far as the cached policies of the tenant show it. Graph
 * is not asked here: what it would refuse becomes the outcome of each user.
 * @throws RefusedError 409 with the code of the safety check, and what to do
 */
export async function refuseEarly(
  request: StateChangeRequest,
  { knownPolicy }: RefuseEarlyDependencies,
): Promise<void> {
  const policy = await knownPolicy();
  const states = statesOf(request);
  const verdicts = policy ? states.map((state) => judgePolicy(state, request.acknowledge, policy)) : [];
  const refused = verdicts.filter((verdict) => verdict.kind === 'refused');
  const [first] = refused;
  if (first !== undefined && refused.length === states.length) throw new RefusedError(409, first.code, first.message);
}
