import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/operation.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/** Who acts when the service does something by itself. */
export const serviceActor: Actor = { kind: 'service', id: 'per-user-mfa', name: 'registration sweep' };

const ELSEWHERE = "Microsoft Entra's own audit log says who did it.";

/** What is said of each finding. */
const MESSAGES: Partial<Record<Finding['event'], string>> = {
  registrationCompleted: 'The user is enabled and has now registered a method for multifactor authentication.',
  enforcedByEntra: `The user was enabled and is now enforced, and this service did not do it: Entra does so when registration is completed. Where it was an administrator, ${ELSEWHERE}`,
  stuckEnabled:
    'The user has been enabled and registered for long, and Entra does not enforce them by itself, as after enabling a user again who does not register anew. Set the state to enforced.',
  changedOutside: `The state is not the one that this service knew, and this service did not change it. ${ELSEWHERE}`,
};

/** The audit entry of a finding. The same finding always gives the same entry. */
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
