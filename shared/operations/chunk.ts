import { z } from 'zod';
import { laneOf } from '../domain/lane.ts';
import { type Acknowledgement, acknowledgementSchema, type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import { finalKinds, latestOutcomeAt, type Outcome, outcomeSchema } from '../domain/outcome.ts';
import { cut, groupBy } from '../groupBy.ts';
import { textOf } from '../tables/columns.ts';
import type { StoredRow } from '../tables/rows.ts';
import { fromLongText, toLongText } from '../tables/splitText.ts';
import { fitOutcome } from './fitOutcomes.ts';

/**
 * The maximum number of users of a chunk: four batches of Graph. A chunk costs eight requests to Table Storage, whatever
 * its size. On average a page has 62 users in a lane, which is one chunk, and the users' rows fit into one transaction of
 * at most 100 rows.
 */
export const CHUNK_MAX_USERS = 80;

const plannedUserSchema = z.object({ id: z.string(), reference: z.string(), lowers: z.literal(true).optional() });
/**
 * A user to be changed: the object id, the reference that the request used, and whether planning found that the change
 * lowers the user's state.
 */
export type PlannedUser = z.infer<typeof plannedUserSchema>;

/** At most 80 users of one lane: a unit of work. */
export interface ChunkPlan {
  readonly key: string;
  readonly lane: string;
  readonly users: readonly PlannedUser[];
  /** The state that its users are set to, when the operation has a state for each user. */
  readonly target?: MfaState;
  /** Facts that a safety check could not read; they are added to each outcome. */
  readonly notes: readonly string[];
  /** Safety checks of the tenant that the caller overrode. */
  readonly overrides: readonly Acknowledgement[];
}

/** A user of a page who is to be changed. */
export interface UserToChange extends PlannedUser {
  /** The state to set, when the operation has a state for each user. */
  readonly target?: MfaState | undefined;
}

/** A user of a chunk. */
export interface ChunkUser extends PlannedUser {
  /** Null until it is decided. */
  readonly outcome: Outcome | null;
}

/** A unit of work with the outcome of each of its users. */
export interface Chunk extends ChunkPlan {
  readonly users: readonly ChunkUser[];
  readonly etag: string;
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** The row keys of the chunks of one page of references. */
export const chunkPrefix = (page: number): string => `chunk-${pad(page, 5)}-`;

/**
 * Groups users by lane and state, and cuts each group into chunks: the same users always give the same chunks. The safety
 * checks of the tenant do not concern users who are disabled.
 */
export function cutChunks(
  page: number,
  users: readonly UserToChange[],
  { notes, overrides }: Pick<ChunkPlan, 'notes' | 'overrides'>,
): ChunkPlan[] {
  return [...groupBy(users, (user) => laneOf(user.id))].flatMap(([lane, members]) =>
    [...groupBy(members, ({ target }) => target)]
      .flatMap(([target, same]) => cut(same, CHUNK_MAX_USERS).map((part) => ({ target, part })))
      .map(({ target, part }, number) => ({
        key: `${chunkPrefix(page)}${lane}-${pad(number, 3)}`,
        lane,
        users: part.map(({ target: _, ...user }) => user),
        ...(target === undefined ? {} : { target }),
        notes: target === 'disabled' ? [] : notes,
        overrides: target === 'disabled' ? [] : overrides,
      })),
  );
}

export function isFinished(chunk: Chunk): boolean {
  return chunk.users.every(({ outcome }) => outcome !== null);
}

/** The outcomes that are decided. */
export function outcomesOf(chunk: Chunk): Outcome[] {
  return chunk.users.flatMap(({ outcome }) => outcome ?? []);
}

/** The chunk with new outcomes, by object id. A stored outcome is never changed, not even by another worker. */
export function withOutcomes(chunk: Chunk, found: ReadonlyMap<string, Outcome>): Chunk {
  return {
    ...chunk,
    users: chunk.users.map((user) => ({ ...user, outcome: user.outcome ?? fitting(found.get(user.id)) })),
  };
}

function fitting(outcome: Outcome | undefined): Outcome | null {
  return outcome === undefined ? null : fitOutcome(outcome);
}

export function chunkRow(operationId: string, plan: ChunkPlan) {
  return {
    partitionKey: operationId,
    rowKey: plan.key,
    lane: plan.lane,
    ...(plan.target === undefined ? {} : { target: plan.target }),
    ...toLongText('users', plan.users),
    notes: JSON.stringify(plan.notes),
    overrides: JSON.stringify(plan.overrides),
    ...outcomeColumns(plan.users.map(() => null)),
  };
}

export function outcomeColumns(outcomes: readonly (Outcome | null)[]) {
  return {
    ...toLongText('outcomes', outcomes),
    count: outcomes.length,
    settled: finalKinds(outcomes),
    finishedAt: latestOutcomeAt(outcomes),
  };
}

/** A row stores the users and their outcomes in two lists of the same order. */
export function readChunk(row: StoredRow): Chunk {
  const users = z.array(plannedUserSchema).parse(fromLongText('users', row));
  const outcomes = z.array(outcomeSchema.nullable()).parse(fromLongText('outcomes', row));
  return {
    key: row.rowKey,
    lane: textOf(row, 'lane'),
    ...(row.target === undefined ? {} : { target: mfaStateSchema.parse(row.target) }),
    users: users.map((user, position) => ({ ...user, outcome: outcomes[position] ?? null })),
    notes: z.array(z.string()).parse(JSON.parse(textOf(row, 'notes'))),
    overrides: z.array(acknowledgementSchema).parse(JSON.parse(textOf(row, 'overrides'))),
    etag: row.etag,
  };
}
