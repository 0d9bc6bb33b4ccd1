import type { MfaState } from '../domain/mfaState.ts';
import type { Registration } from './observedUser.ts';
import type { UserHistory } from './userHistory.ts';

/**
 * Whether the user is registered. For enabled users only their methods count, or a report that says they have none; what
 * the report says of all others is good enough to be shown. What was known in another state says nothing any more: most
 * who leave `enabled` do so because they registered.
 */
export function registeredNow(
  state: MfaState | null,
  { asked, reported }: Registration,
  before: UserHistory,
): boolean | null {
  if (asked !== undefined) return asked;
  const known = state === before.state ? before.registered : null;
  return state === 'enabled' && reported === true ? known : (reported ?? known);
}
