import type { MfaState } from '../domain/mfaState.ts';
import type { Registration } from './observedUser.ts';
import type { UserHistory } from './userHistory.ts';

/**
 * Whether the user is registered. For an enabled user, only the user's methods prove a registration. The report may be days
 * old: its `false` does not replace a registration that is known already. The stored value counts only while the state
 * stays the same: most users leave `enabled` because they registered.
 */
export function registeredNow(
  state: MfaState | null,
  { byMethods, byReport }: Registration,
  before: UserHistory,
): boolean | null {
  if (byMethods !== undefined) return byMethods.registered;
  const stored = state === before.state ? before.registered : null;
  if (byReport === undefined || stored === true) return stored;
  return byReport && state === 'enabled' ? stored : byReport;
}
