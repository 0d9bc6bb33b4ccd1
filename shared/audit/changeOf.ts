import { lowers } from '../domain/mfaState.ts';
import type { AuditEntry, AuditEvent } from './entry.ts';

export const directions = ['lowered', 'raised'] as const;
/** Whether a change took protection from a user or gave it. */
export type Direction = (typeof directions)[number];

/**
 * The events that say that a user's state did change. Others name states that were only asked for, or, as `stateRestored`
 * does, a state that the user may have had.
 */
const CHANGES: ReadonlySet<AuditEvent> = new Set(['stateChanged', 'changedOutside', 'enforcedByEntra']);

/** The direction of a change; undefined for an entry of no change, and for one whose state before is not known. */
export function directionOf({ event, from, to }: AuditEntry): Direction | undefined {
  if (!CHANGES.has(event) || from === undefined || to === undefined || from === to) return undefined;
  return lowers(from, to) ? 'lowered' : 'raised';
}

/** How questions may name the actor of an entry, in lower case. */
export function namesOfActor({ actor }: Pick<AuditEntry, 'actor'>): string[] {
  const names = [actor.id, actor.application, actor.name].flatMap((name) => name?.toLowerCase() ?? []);
  return [...new Set(names)];
}
