import type { MfaState } from '../domain/mfaState.ts';
import type { Registration } from './observedUser.ts';
import type { UserHistory } from './userHistory.ts';

/**
 * Whether the user is registered. For an enabled user, only the user's methods prove a registration, and the report proves
 * that there is none. For other users, the report is good enough to show. The stored value counts only while the state
 * stays the same: most users leave `enabled` because they registered.
 */
export function registeredNow(
  state: MfaState | null,
  { byMethods, byReport }: Registration,
  before: UserHistory,
): boolean | null {
  if (byMethods !== undefined) return byMethods;
  const stored = state === before.state ? before.registered : null;
  return state === 'enabled' && byReport === true ? stored : (byReport ?? stored);
}
