import type { ReconcileRules } from './observedUser.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/**
 * The findings about a user who is enabled and registered: the completed registration, and a user who is stuck. Also
 * decides on a promotion. Each happens once per episode.
 * @param isConfirmed whether the user is enabled, and the user's methods show the registration
 */
export function findingsOf(
  current: UserHistory,
  before: UserHistory,
  isConfirmed: boolean,
  rules: ReconcileRules,
): { readonly after: UserHistory; readonly findings: readonly Finding[] } {
  if (!isConfirmed) return { after: current, findings: [] };
  const episode = current.enabledSince;
  const at = new Date(rules.now).toISOString();
  const isRecorded = before.recordedEpisode === episode;
  const isStuckNow = before.stuckEpisode !== episode && isStuck(current, rules);
  const isPromotedNow = rules.promote && before.promotedEpisode !== episode;
  return {
    after: {
      ...current,
      recordedEpisode: episode,
      ...(isStuckNow ? { stuckEpisode: episode } : {}),
      ...(isPromotedNow ? { promotedEpisode: episode, promotedIn: rules.sweep } : {}),
    },
    findings: [
      ...(isRecorded ? [] : [{ event: 'registrationCompleted', to: 'enabled', at } as const]),
      ...(isStuckNow ? [{ event: 'stuckEnabled', to: 'enabled', at } as const] : []),
    ],
  };
}

function isStuck({ enabledSince, registeredSince }: UserHistory, { now, stuckAfterMs }: ReconcileRules): boolean {
  return now - Math.max(Date.parse(enabledSince), Date.parse(registeredSince)) > stuckAfterMs;
}
