import { createHash } from 'node:crypto';
import { type AuditFilter, hasOverrides } from './auditFilter.ts';
import { directionOf, namesOfActor } from './changeOf.ts';
import type { AuditEntry, AuditEvent } from './entry.ts';

/**
 * The questions that an entry answers: the partitions of the table `auditIndex` that have a copy of it. A question is one
 * property of entries with one value.
 */
export function questionsOf(entry: AuditEntry): string[] {
  const direction = directionOf(entry);
  return [
    ...(entry.operationId === null ? [] : [ofOperation(entry.operationId)]),
    ...namesOfActor(entry).map(ofActor),
    ofEvent(entry.event),
    ...(direction === undefined ? [] : [ofDirection(direction)]),
    ...(hasOverrides(entry) ? [OVERRIDES] : []),
  ];
}

/** Events that most entries have, so that another property leaves fewer. */
const FREQUENT: ReadonlySet<AuditEvent> = new Set(['stateChanged', 'operationAccepted', 'notificationSent']);

/**
 * The question of a filter that usually leaves the fewest entries. The other parts of the filter are compared.
 * @returns undefined when the filter names a time only
 */
export function questionOf({ operationId, overrides, direction, event, actor }: AuditFilter): string | undefined {
  if (operationId !== undefined) return ofOperation(operationId);
  if (overrides !== undefined) return OVERRIDES;
  if (direction === 'lowered') return ofDirection(direction);
  if (event !== undefined && !FREQUENT.has(event)) return ofEvent(event);
  if (actor !== undefined) return ofActor(actor.toLowerCase());
  if (event !== undefined) return ofEvent(event);
  return direction === undefined ? undefined : ofDirection(direction);
}

const OVERRIDES = 'overrides-yes';
const ofOperation = (id: string): string => `operation-${id}`;
/** Names have characters that keys must not have. */
const ofActor = (name: string): string => `actor-${hashOf(name)}`;
const ofEvent = (event: AuditEvent): string => `event-${event}`;
const ofDirection = (direction: string): string => `direction-${direction}`;

/** A hash that is safe in keys. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
