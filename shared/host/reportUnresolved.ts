import type { RecordDecision } from '../audit/decisions.ts';
import { explainUnresolved } from '../tenant/explainProtection.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';

const HOUR_MS = 60 * 60_000;

/**
 * Reads the protected accounts, and records entries of PROTECTED_USERS that are no account of the tenant: once an hour for
 * all instances, because the entry of an hour has one key.
 */
export function reportingUnresolved(
  read: () => Promise<ProtectedUsersAnswer>,
  { recordDecision, now }: { readonly recordDecision: RecordDecision; readonly now: () => number },
): () => Promise<ProtectedUsersAnswer> {
  let reported: string | undefined;
  return async () => {
    const answer = await read();
    if (answer === undefined || isUnreadable(answer) || answer.unresolved.length === 0) return answer;
    const hour = new Date(Math.floor(now() / HOUR_MS) * HOUR_MS).toISOString();
    if (reported === hour) return answer;
    await recordDecision({
      event: 'protectionUnresolved',
      userId: null,
      reference: '',
      operationId: null,
      acceptedAt: null,
      actor: { kind: 'service', id: 'per-user-mfa' },
      reason: '',
      at: hour,
      users: answer.unresolved.length,
      ...explainUnresolved(answer),
      id: 'protection',
    });
    reported = hour;
    return answer;
  };
}
