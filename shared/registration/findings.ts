import type { ReconcileRules } from './observedUser.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/**
 * What is found about a user who is enabled and registered, once for each time that the user is enabled: the completed
 * registration, a user who is stuck, and one to be promoted.
 * @param isConfirmed whether the user is enabled, and the user's own methods say that the user is registered
 */
export function findingsOf(
  placed: UserHistory,
  before: UserHistory,
  isConfirmed: boolean,
  rules: ReconcileRules,
): { readonly after: UserHistory; readonly findings: readonly Finding[] } {
  if (!isConfirmed) return { after: placed, findings: [] };
  const episode = placed.enabledSince;
  const at = new Date(rules.now).toISOString();
  const isRecorded = before.recordedEpisode === episode;
  const isStuckNow = before.stuckEpisode !== episode && isStuck(placed, rules);
  const isPromotedNow = rules.promote && before.promotedEpisode !== episode;
  return {
    after: {
      ...placed,
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
