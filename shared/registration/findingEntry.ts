import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/operation.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/** The actor of what the service does by itself. */
export const serviceActor: Actor = { kind: 'service', id: 'per-user-mfa', name: 'registration sweep' };

const ELSEWHERE = 'The audit log of Microsoft Entra shows who did it.';

const MESSAGES: Partial<Record<Finding['event'], string>> = {
  registrationCompleted: 'The user is enabled and has registered a method for multifactor authentication.',
  enforcedByEntra: `The state changed from enabled to enforced, and this service did not change it. Entra enforces a user who completes registration. An administrator may also have done it. ${ELSEWHERE}`,
  stuckEnabled:
    'The user has been enabled and registered for a long time, and Entra has not enforced the user. This happens when a user is enabled again and does not register again. To solve this, set the state to enforced.',
  changedOutside: `The state differs from the last one that this service knew, and this service did not change it. ${ELSEWHERE}`,
};

/** The audit entry of a finding. The same finding gives the same entry. */
export function entryOf(userId: string, history: UserHistory, finding: Finding): AuditEntry {
  const message = MESSAGES[finding.event];
  return {
    event: finding.event,
    userId,
    reference: history.name,
    operationId: null,
    actor: serviceActor,
    reason: 'Found by the registration sweep.',
    ...(finding.from === undefined ? {} : { from: finding.from }),
    to: finding.to,
    acceptedAt: null,
    at: finding.at,
    ...(message === undefined ? {} : { message }),
  };
}
