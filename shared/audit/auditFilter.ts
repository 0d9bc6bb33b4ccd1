import { type Direction, directionOf, namesOfActor } from './changeOf.ts';
import type { AuditEntry, AuditEvent } from './entry.ts';

/** The filter of a query. Times are milliseconds since 1970, both ends included. */
export interface AuditFilter {
  readonly from: number;
  readonly to: number;
  readonly event?: AuditEvent;
  /** Object id, application or name of the actor. The case is ignored. */
  readonly actor?: string;
  readonly operationId?: string;
  /** Only changes that lowered, or raised, the state of a user. */
  readonly direction?: Direction;
  /** Only entries of which a caller overrode a safety check. */
  readonly overrides?: true;
}

/** Whether an entry passes the filter. */
export function matches(entry: AuditEntry, filter: AuditFilter): boolean {
  const { from, to, event, actor, operationId, direction, overrides } = filter;
  const at = Date.parse(entry.at);
  return (
    at >= from &&
    at <= to &&
    (event === undefined || entry.event === event) &&
    (operationId === undefined || entry.operationId === operationId) &&
    (direction === undefined || directionOf(entry) === direction) &&
    (overrides === undefined || hasOverrides(entry)) &&
    (actor === undefined || namesOfActor(entry).includes(actor.toLowerCase()))
  );
}

export function hasOverrides({ overrides }: AuditEntry): boolean {
  return overrides !== undefined && overrides.length > 0;
}
