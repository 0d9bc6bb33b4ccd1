import type { ReconcileRules } from './observedUser.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/**
 * The finding about a user who is enabled and registered for long. Also decides on a promotion. Each happens once per
 * episode.
 * @param isConfirmed whether the user is enabled, and the user's methods show the registration
 */
export function stuckFindings(
  current: UserHistory,
  before: UserHistory,
  isConfirmed: boolean,
  rules: ReconcileRules,
): { readonly after: UserHistory; readonly findings: readonly Finding[] } {
  if (!isConfirmed) return { after: current, findings: [] };
  const episode = current.enabledSince;
  const at = new Date(rules.now).toISOString();
  const isStuckNow = before.stuckEpisode !== episode && isStuck(current, rules);
  const isPromotedNow = rules.promote && before.promotedEpisode !== episode;
  return {
    after: {
      ...current,
      ...(isStuckNow ? { stuckEpisode: episode } : {}),
      ...(isPromotedNow ? { promotedEpisode: episode, promotedIn: rules.sweep } : {}),
    },
    findings: isStuckNow ? [{ event: 'stuckEnabled', to: 'enabled', at }] : [],
  };
}

function isStuck({ enabledSince, registeredSince }: UserHistory, { now, stuckAfterMs }: ReconcileRules): boolean {
  return now - Math.max(Date.parse(enabledSince), Date.parse(registeredSince)) > stuckAfterMs;
}
