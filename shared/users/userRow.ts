import { z } from 'zod';
import { acknowledgementSchema, type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { textOf } from '../tables/columns.ts';
import type { StoredRow } from '../tables/rows.ts';

/** The intention to change a user, stored before the write to Graph: after a crash it tells what was under way. */
const claimSchema = z.object({
  sequence: z.string(),
  operationId: z.string(),
  chunk: z.string(),
  from: mfaStateSchema,
  target: mfaStateSchema,
  overrides: z.array(acknowledgementSchema),
  /** When it was stored, ISO 8601. */
  at: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;

/** A state that the user had until we changed it. Reads of Graph may still show it for a while (eventual consistency). */
const overwrittenSchema = z.object({ state: mfaStateSchema, at: z.string() });
export type Overwritten = z.infer<typeof overwrittenSchema>;

/** Who made a change: whether it may supersede a stronger one that others asked for before. */
const bySchema = z.object({ actor: z.string(), mayWeaken: z.boolean() });
export type By = z.infer<typeof bySchema>;

export function byOf({ actor, mayWeaken }: Operation): By {
  return { actor: actor.id, mayWeaken };
}

/** What state changes read of the sweep's column. The sweep reads it with a schema of its own. */
const sweptSchema = z.object({ name: z.string().catch('') });

/** The stored facts about a user. */
export interface UserRow {
  readonly id: string;
  /** The state as we last wrote or read it. */
  readonly state: MfaState | null;
  /** When we wrote or read it; empty when not known. A list read before that time shows an older state. */
  readonly stateAt: string;
  /** Since when the user has been enabled; empty when the user is not enabled. */
  readonly enabledSince: string;
  /** The newest change that was applied or found unchanged. */
  readonly sequence: string;
  readonly operationId: string;
  readonly chunk: string;
  /** Who made that change; null when it is not known. */
  readonly by: By | null;
  readonly overwritten: readonly Overwritten[];
  readonly claim: Claim | null;
  /** The user principal name as the last sweep saw it; empty for a user that no sweep has listed. */
  readonly name: string;
  /** Undefined for a user without a stored row, as far as this process knows. */
  readonly etag: string | undefined;
}

/** A user without a stored row. */
export function unknownUser(id: string): UserRow {
  return {
    id,
    state: null,
    stateAt: '',
    enabledSince: '',
    sequence: '',
    operationId: '',
    chunk: '',
    by: null,
    overwritten: [],
    claim: null,
    name: '',
    etag: undefined,
  };
}

/** The columns of a row; other columns of a stored row are kept. */
export function userColumns(lane: string, row: UserRow) {
  return {
    partitionKey: lane,
    rowKey: row.id,
    state: row.state ?? '',
    stateAt: row.stateAt,
    enabledSince: row.enabledSince,
    sequence: row.sequence,
    operationId: row.operationId,
    chunk: row.chunk,
    by: row.by === null ? '' : JSON.stringify(row.by),
    overwritten: row.overwritten.length === 0 ? '' : JSON.stringify(row.overwritten),
    claim: row.claim === null ? '' : JSON.stringify(row.claim),
  };
}

export function readUserRow(row: StoredRow): UserRow {
  const text = (column: string): string => textOf(row, column);
  const state = mfaStateSchema.safeParse(row.state);
  return {
    id: row.rowKey,
    state: state.success ? state.data : null,
    stateAt: text('stateAt'),
    enabledSince: text('enabledSince'),
    sequence: text('sequence'),
    operationId: text('operationId'),
    chunk: text('chunk'),
    by: text('by') === '' ? null : bySchema.parse(JSON.parse(text('by'))),
    overwritten: text('overwritten') === '' ? [] : z.array(overwrittenSchema).parse(JSON.parse(text('overwritten'))),
    claim: text('claim') === '' ? null : claimSchema.parse(JSON.parse(text('claim'))),
    name: text('followUp') === '' ? '' : sweptSchema.parse(JSON.parse(text('followUp'))).name,
    etag: row.etag,
  };
}
