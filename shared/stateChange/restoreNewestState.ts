import type { AuditEntry } from '../audit/entry.ts';
import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import { RetryLaterError } from '../errors.ts';
import { groupBy } from '../groupBy.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { UserRow } from '../users/userRow.ts';
import { backoffMs } from '../wait.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import type { Written } from './applyRound.ts';
import { idsOf } from './openUser.ts';
import { orderOf } from './orderRules.ts';
import { isHalted, WritesHaltedError, writeUnlessHalted } from './writeUnlessHalted.ts';

/** How long to retry, in addition to the retry budget of the chunk. */
export const RESTORE_BUDGET_MS = 60_000;

/**
 * Undoes late writes. A worker that hung may have lost its lane while its write was on the way to Graph. If a newer
 * operation changed the user meanwhile, the late write replaced the newer state. A worker that has written and then
 * finds a newer change in a user's row writes the newest state again, until the row shows no newer change.
 *
 * It writes without reading the state first, because a read may still show the state from before the late write.
 * Only two writes can be late: one that Graph did not answer, and one whose claim was lost. A write that was answered and
 * whose claim became its outcome was made in order; whatever changed the user since then came later and stands.
 * @param written users whose write this delivery sent
 */
export async function restoreNewestState(
  operation: Operation,
  chunk: Chunk,
  written: readonly Written[],
  deps: ApplyDependencies,
): Promise<void> {
  const { users } = deps;
  const isNewer = (row: UserRow): boolean =>
    row.sequence > orderOf(operation) || (row.claim?.sequence ?? '') > orderOf(operation);
  /** The late write and the newer change have the same target. */
  const agrees = (row: UserRow): boolean => row.claim === null && row.state === operation.targetState;
  const answered = new Set(written.filter(({ isAnswered }) => isAnswered).map(({ id }) => id));
  const times = new Map(chunk.users.map(({ id, outcome }) => [id, outcome?.at]));
  /** Our claim became our outcome: the row then has the time of the outcome as that of an overwritten state. */
  const wasInOrder = (row: UserRow): boolean =>
    answered.has(row.id) && row.overwritten.some(({ at }) => at === times.get(row.id));
  // The cache has the rows as this worker released them: then no write was late.
  const suspects = idsOf(written).filter((id) => {
    const row = users.recall(id);
    return row.etag === undefined || row.operationId !== operation.id || row.claim !== null;
  });
  await restoreRows(operation, chunk, suspects, (row) => isNewer(row) && !agrees(row) && !wasInOrder(row), deps);
}

/**
 * Writes the newest state of users again, until their rows show no newer change.
 * @param suspects object ids of users whose newest state a late write may have replaced
 * @param mayBeReplaced whether the row's state may have been replaced
 * @throws RetryLaterError when a newer change does not end in time, or Graph does not answer
 * @throws WritesHaltedError while writes are halted: then a newer change may stand for long
 */
export async function restoreRows(
  operation: Operation,
  chunk: Chunk,
  suspects: readonly string[],
  mayBeReplaced: (row: UserRow) => boolean,
  deps: ApplyDependencies,
): Promise<void> {
  const { users, now, random, wait } = deps;
  let open = suspects;
  const deadline = now() + RESTORE_BUDGET_MS;
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) await wait(backoffMs(attempt, undefined, random()));
    if (now() > deadline) throw new RetryLaterError('A late write could not be undone yet.');
    const rows = (await users.load(chunk.lane, open)).filter(mayBeReplaced);
    if (rows.length > 0 && (await isHalted(deps)))
      throw new WritesHaltedError('A late write is undone after the halt.');
    const unclaimed = rows.filter((row) => row.claim === null && row.state !== null);
    const restored = await writeNewest(operation, chunk, unclaimed, deps);
    // A row that changed meanwhile has a still newer state, which this write may have replaced.
    const after = await users.load(chunk.lane, restored);
    const still = new Map(unclaimed.map((row) => [row.id, row.etag]));
    const done = new Set(after.filter((row) => row.etag === still.get(row.id)).map(({ id }) => id));
    open = rows.map(({ id }) => id).filter((id) => !done.has(id));
  }
}

/**
 * Writes to each user the newest state of the row and records it. Returns the ids of users whose write Graph answered.
 */
async function writeNewest(
  operation: Operation,
  chunk: Chunk,
  rows: readonly UserRow[],
  deps: ApplyDependencies,
): Promise<string[]> {
  const restored: string[] = [];
  for (const [state, members] of groupBy(rows, (row) => row.state)) {
    if (state === null) continue;
    let open = members.map(({ id }) => id);
    while (open.length > 0) {
      const turn = await deps.pacer.reserve(open.length, true);
      if (turn.at > deps.now()) await deps.wait(turn.at - deps.now());
      restored.push(...(await writeSome(operation, chunk, open.slice(0, turn.writes), state, deps)));
      open = open.slice(turn.writes);
    }
  }
  return restored;
}

/** Writes a state to as many users as the quota has room for, and records it. */
async function writeSome(
  operation: Operation,
  chunk: Chunk,
  ids: readonly string[],
  state: MfaState,
  deps: ApplyDependencies,
): Promise<string[]> {
  const { audit, now } = deps;
  const answers = await writeUnlessHalted(ids, { state, operationId: operation.id }, deps);
  const at = new Date(now()).toISOString();
  const written = ids.filter((id) => answers.get(id)?.kind === 'ok');
  const entries = written.map((id) => entryOf(operation, chunk, id, state, at));
  // The name contains the first user, because another part may be written within the same millisecond.
  await audit.record(`${operation.id}_${chunk.key}_restored_${ids[0]}`, entries);
  return ids.filter((id) => answers.get(id)?.kind !== 'retry');
}

function entryOf(operation: Operation, chunk: Chunk, id: string, state: MfaState, at: string): AuditEntry {
  return {
    event: 'stateRestored',
    userId: id,
    reference: chunk.users.find((user) => user.id === id)?.reference ?? id,
    operationId: operation.id,
    actor: { kind: 'service', id: 'per-user-mfa' },
    reason: operation.reason,
    from: operation.targetState,
    to: state,
    acceptedAt: operation.acceptedAt,
    at,
    code: 'lateWrite',
    message:
      'A write of this operation may have reached Microsoft Graph after a newer change, so the newer state was written again.',
  };
}
