import { mayBeOfEntra } from '../users/outsideChange.ts';
import type { OutsideStep } from './reconcileState.ts';
import type { Finding } from './userHistory.ts';

/** The application in the audit log of Entra that carries out what a registration causes. */
const ENTRA = 'Azure MFA';

/**
 * The finding of a change that this service did not make. It is Entra's only if the user was enabled and has a registered
 * method, and the audit log of Entra names no other actor.
 * @param isRegistered whether the user's methods show a registration
 */
export function outsideFinding(step: OutsideStep, userId: string, isRegistered: boolean): Finding {
  const { from, to, at, after, by, auditId, missingBefore } = step;
  const isOfEntra = mayBeOfEntra(step) && isRegistered && !isByOther(step, userId);
  return {
    event: isOfEntra ? 'enforcedByEntra' : 'changedOutside',
    ...(from === undefined ? {} : { from }),
    to,
    at,
    ...(after === undefined || after === '' ? {} : { between: { from: after, to: at } }),
    ...(by === undefined ? {} : { initiatedBy: by }),
    ...(missingBefore === undefined ? {} : { id: `before ${missingBefore}` }),
    ...(auditId === undefined ? {} : { directoryAuditId: auditId, id: auditId }),
  };
}

/** Entra acts for the user who registers, or under the name of its own service. */
function isByOther({ by }: OutsideStep, userId: string): boolean {
  if (by === undefined) return false;
  return by.kind === 'user' ? by.id.toLowerCase() !== userId : by.name?.startsWith(ENTRA) !== true;
}
