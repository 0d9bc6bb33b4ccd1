import type { AuditEntry } from '../audit/entry.ts';
import { operationEntry } from '../audit/operationEntry.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Chunk, type ChunkUser, isFinished } from '../operations/chunk.ts';
import { isClaimOf } from '../users/claim.ts';
import { rememberOverwritten } from '../users/presumedState.ts';
import { byOf, type UserRow } from '../users/userRow.ts';
import type { UserStore } from '../users/userStore.ts';
import type { ApplyDependencies } from './applyDependencies.ts';

/** The audit event of an outcome; undefined for outcomes that are not recorded. */
const EVENTS: Partial<Record<Outcome['outcome'], AuditEntry['event']>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
  superseded: 'stateChangeSuperseded',
};

/** Outcomes whose users may still have our claim, as long as only one worker had the chunk. */
const MAY_HOLD_CLAIM = new Set<Outcome['outcome']>(['applied', 'failed']);

/** The audit entry of an outcome, if it has one. The same outcome always gives the same entry. */
export function auditEntryOf(
  operation: Operation,
  user: { readonly id: string | null; readonly reference: string },
  outcome: Outcome,
  notes: readonly string[],
): AuditEntry | undefined {
  const event = operation.dryRun ? undefined : EVENTS[outcome.outcome];
  if (event === undefined) return undefined;
  const { from, requestId, overrides, code, message, supersededBy, userName } = outcome;
  return {
    event,
    ...operationEntry(operation, user),
    ...(userName === undefined ? {} : { userPrincipalName: userName }),
    ...(from === undefined ? {} : { from }),
    at: outcome.at,
    ...(requestId === undefined ? {} : { requestId }),
    ...(overrides === undefined || overrides.length === 0 ? {} : { overrides }),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(supersededBy === undefined ? {} : { related: supersededBy }),
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
  };
}

/** A user of a chunk whose outcome is decided. */
type FinishedUser = ChunkUser & { readonly outcome: Outcome };

/**
 * Derives the effects of a chunk's stored outcomes: records the audit entries and releases the claims on the users' rows,
 * then queues the mails and a check of whether the operation is finished. Repeating it changes nothing, so it is called
 * whenever an earlier call may have been cut off.
 * @param options.everyClaim look for claims on all finished users, because another worker had the chunk too
 */
export async function recordOutcomes(
  operation: Operation,
  chunk: Chunk,
  deps: Pick<ApplyDependencies, 'audit' | 'users' | 'queueNotifications' | 'scheduleFinishCheck'>,
  options: { readonly everyClaim?: boolean } = {},
): Promise<void> {
  const finished = chunk.users.filter((user): user is FinishedUser => user.outcome !== null);
  const entries = finished.flatMap((user) => auditEntryOf(operation, user, user.outcome, chunk.notes) ?? []);
  const mayHoldClaim = ({ id, outcome }: FinishedUser): boolean => {
    const { claim } = deps.users.recall(id);
    return MAY_HOLD_CLAIM.has(outcome.outcome) || (claim !== null && isClaimOf(claim, operation.id, chunk.key));
  };
  const claimed = options.everyClaim ? finished : finished.filter(mayHoldClaim);
  await Promise.all([
    deps.audit.record(`${operation.id}_${chunk.key}`, entries),
    releaseClaims(operation, chunk, claimed, deps.users),
  ]);
  await deps.queueNotifications(operation, chunk);
  if (isFinished(chunk)) await deps.scheduleFinishCheck(operation);
}

/** Replaces our claims on these users by their outcomes. */
async function releaseClaims(
  operation: Operation,
  chunk: Chunk,
  finished: readonly FinishedUser[],
  users: UserStore,
): Promise<void> {
  const outcomes = new Map(finished.map(({ id, outcome }) => [id, outcome]));
  let rows = await ourRows(operation, chunk, [...outcomes.keys()], users);
  for (;;) {
    const released = rows.flatMap((row) => withoutClaim(operation, chunk.key, row, outcomes.get(row.id)) ?? []);
    if (await users.put(chunk.lane, released)) return;
    rows = await users.load(
      chunk.lane,
      released.map(({ id }) => id),
    );
  }
}

/**
 * The users' rows, from the cache where it is certain. A cached row with neither our claim nor its result may be stale,
 * because another process may have claimed the user and ended: such a row is read.
 */
async function ourRows(
  operation: Operation,
  chunk: Chunk,
  ids: readonly string[],
  users: UserStore,
): Promise<readonly UserRow[]> {
  const cached = ids.map((id) => users.recall(id));
  const unsure = cached.filter((row) => !isOurs(operation, chunk.key, row)).map(({ id }) => id);
  const stored = unsure.length === 0 ? [] : await users.load(chunk.lane, unsure);
  return [...cached.filter(({ id }) => !unsure.includes(id)), ...stored];
}

/** Whether the row has our claim, or what our claim became. */
function isOurs(operation: Operation, chunk: string, row: UserRow): boolean {
  if (row.claim !== null) return isClaimOf(row.claim, operation.id, chunk);
  return row.operationId === operation.id && row.chunk === chunk;
}

/** The row after the outcome, without our claim; undefined when it has no claim of ours. */
function withoutClaim(
  operation: Operation,
  chunk: string,
  row: UserRow,
  outcome: Outcome | undefined,
): UserRow | undefined {
  const { claim } = row;
  if (claim === null || !isClaimOf(claim, operation.id, chunk) || outcome === undefined) return undefined;
  if (outcome.outcome !== 'applied') return { ...row, claim: null };
  return {
    ...row,
    state: claim.target,
    stateAt: outcome.at,
    enabledSince: claim.target === 'enabled' ? outcome.at : '',
    sequence: claim.sequence,
    operationId: operation.id,
    chunk,
    by: byOf(operation),
    overwritten: rememberOverwritten(row, claim.from, outcome.at),
    claim: null,
  };
}
