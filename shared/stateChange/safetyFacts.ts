import { lowers, type MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Read } from '../graph/read.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { judgePolicy, type Verdict } from '../tenant/safetyChecks.ts';
import type { UserRow } from '../users/userRow.ts';

/** The facts about the tenant and its accounts that every write of a state is checked with. */
export interface SafetyFacts {
  /** Whether the tenant's policies allow the operation. */
  readonly policy: Verdict;
  readonly protectedUsers: ProtectedUsersAnswer;
  /** Undefined also when no user can be lowered: then they were not read. */
  readonly privilegedUsers: PrivilegedUsersAnswer;
}

/** Reads the safety facts. Each answer may be cached for a minute. */
export interface SafetyDependencies {
  readonly policy: () => Promise<TenantPolicy>;
  readonly protectedUsers: () => Promise<ProtectedUsersAnswer>;
  readonly privilegedUsers: () => Promise<PrivilegedUsersAnswer>;
}

/**
 * Reads the facts that the writes of an operation are checked with.
 * @param users the users who may be written, with the states that Graph shows
 */
export async function readSafetyFacts(
  { targetState, acknowledge }: Operation,
  users: readonly { readonly row: UserRow; readonly state: Read<MfaState> }[],
  { policy, protectedUsers, privilegedUsers }: SafetyDependencies,
): Promise<SafetyFacts> {
  const mayLower = users.some(({ row, state }) => statesOf(row, state).some((from) => lowers(from, targetState)));
  const [verdict, accounts, privileged] = await Promise.all([
    targetState === 'disabled' ? NO_POLICY : policy().then((facts) => judgePolicy(targetState, acknowledge, facts)),
    protectedUsers(),
    mayLower ? privilegedUsers() : undefined,
  ]);
  return { policy: verdict, protectedUsers: accounts, privilegedUsers: privileged };
}

/** Policies that require MFA do not stand against disabling. */
const NO_POLICY: Verdict = { kind: 'allowed', notes: [], overrides: [] };

/** Every state that a user may have before the write: the one that Graph shows, and the ones in the user's row. */
function statesOf(row: UserRow, state: Read<MfaState>): MfaState[] {
  return [state.kind === 'known' ? state.value : null, row.state, row.claim?.from ?? null].filter(
    (one) => one !== null,
  );
}
