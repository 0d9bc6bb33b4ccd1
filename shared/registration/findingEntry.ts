import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/operation.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/** The actor of what the service does by itself. */
export const serviceActor: Actor = { kind: 'service', id: 'per-user-mfa', name: 'registration sweep' };

const ELSEWHERE = 'The audit log of Microsoft Entra shows the actor.';

const MESSAGES: Partial<Record<Finding['event'], string>> = {
  registrationCompleted: 'The user has registered a method for multifactor authentication while enabled.',
  alreadyRegistered:
    'The user is enabled, and has a method for multifactor authentication that was registered before, or at a time that is not known.',
  enforcedByEntra:
    'The state changed from enabled to enforced, and this service did not change it. Entra enforces a user who has registered a method for multifactor authentication.',
  stuckEnabled:
    'The user has been enabled and registered for a long time, and Entra has not enforced the user. This happens when a user is enabled again and does not register again. To solve this, set the state to enforced.',
  changedOutside: 'The state was changed, and this service did not change it.',
};

/** The audit entry of a finding. The same finding gives the same entry. */
export function entryOf(userId: string, history: UserHistory, finding: Finding): AuditEntry {
  const { event, at, ...facts } = finding;
  const message = MESSAGES[event];
  const isUnnamed = event === 'changedOutside' && finding.initiatedBy === undefined;
  return {
    event,
    userId,
    reference: history.name,
    operationId: null,
    actor: serviceActor,
    reason: 'Found by the registration sweep.',
    ...facts,
    acceptedAt: null,
    at,
    ...(message === undefined ? {} : { message: isUnnamed ? `${message} ${ELSEWHERE}` : message }),
  };
}
