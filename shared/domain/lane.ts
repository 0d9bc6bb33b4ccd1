import { createHash } from 'node:crypto';

/** The number of lanes. A constant: changing it would move users to other partitions and sessions. */
export const LANES = 16;

/** The largest express operation, in references. Its changes have sessions of their own and never wait for larger ones. */
export const EXPRESS_MAX_REFERENCES = 100;

/** The name of a lane, '00' to '15', by its number. */
export function laneName(lane: number): string {
  return String(lane).padStart(2, '0');
}

/** A user's lane, '00' to '15': the partition of all their rows, and the Service Bus session of their changes. */
export function laneOf(objectId: string): string {
  const digest = createHash('sha256').update(objectId.toLowerCase()).digest();
  return laneName(digest.readUInt32BE(0) % LANES);
}

/** The Service Bus session for the changes of a lane that were put aside, so that they delay no other change. */
export function asideSessionOf(lane: string): string {
  return `aside-${lane}`;
}

/** The Service Bus session that carries a lane's changes. Small operations have sessions of their own. */
export function sessionOf(lane: string, express: boolean): string {
  return express ? `express-${lane}` : `lane-${lane}`;
}

/** Whether a session carries changes of express operations. */
export function isExpressSession(session: string): boolean {
  return session.startsWith('express-');
}
