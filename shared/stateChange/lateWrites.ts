import { asideSessionOf } from '../domain/lane.ts';
import type { Operation } from '../domain/operation.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { ChangeMessage, LateWrites } from '../queues/messages.ts';
import type { UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { awaitResume } from './awaitResume.ts';
import { idsOf } from './openUser.ts';
import { operationFor } from './operationFor.ts';
import { orderOf } from './orderRules.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';
import { restoreRows } from './restoreNewestState.ts';
import { isHalted, WritesHaltedError } from './writeUnlessHalted.ts';

/** A check of users whose newer change is still under way is repeated after this time. */
const REPEAT_AFTER_MS = 60_000;
/** Longer than a claim can stand. */
const MAX_REPETITIONS = 120;

/**
 * Schedules a check of writes that Graph did not answer. It may carry them out after the request has timed out, after a
 * newer change of the user, and after this worker has ended; a message does not forget.
 * @param users object ids
 */
export async function scheduleCheck(
  operation: Operation,
  chunk: Chunk,
  users: readonly string[],
  { queues, now, lateWriteMs }: ApplyDependencies,
): Promise<void> {
  if (users.length === 0) return;
  const lateWrites = { users: [...users], since: new Date(now()).toISOString(), times: 0 };
  await queues.sendChanges([checkMessage(operation.id, chunk, lateWrites, now() + lateWriteMs)]);
}

function checkMessage(operationId: string, chunk: Pick<Chunk, 'key' | 'lane'>, lateWrites: LateWrites, at: number) {
  const change: ChangeMessage = { version: 1, operationId, chunk: chunk.key, lateWrites };
  return { change, session: asideSessionOf(chunk.lane), at };
}

/**
 * Checks users whose writes were not answered, when Graph has carried them out or never will. If another change was made
 * since, and Graph shows what the unanswered write wanted, the newest state is written again. While writes are halted, the
 * check waits.
 * @throws UnprocessableMessageError when there is no such chunk
 * @throws RetryLaterError while Graph does not show the state of a user
 */
export async function checkLateWrites(message: LateWritesMessage, deps: ApplyDependencies): Promise<LateWritesSummary> {
  try {
    if (!(await isHalted(deps))) return await checkNow(message, deps);
  } catch (error) {
    if (!(error instanceof WritesHaltedError)) throw error;
  }
  await awaitResume(message, asideSessionOf(message.chunk.split('-')[2] ?? ''), deps);
  return { users: message.lateWrites.users.length, restored: 0 };
}

type LateWritesMessage = ChangeMessage & { readonly lateWrites: LateWrites };

interface LateWritesSummary {
  readonly users: number;
  readonly restored: number;
}

async function checkNow(message: LateWritesMessage, deps: ApplyDependencies): Promise<LateWritesSummary> {
  const { operations, users, graph, queues, now } = deps;
  const { lateWrites } = message;
  const [whole, chunk] = await Promise.all([
    operations.getRecent(message.operationId),
    operations.getChunk(message.operationId, message.chunk),
  ]);
  if (whole === undefined || chunk === undefined) throw new UnprocessableMessageError('No operation has this chunk.');
  const operation = operationFor(whole, chunk);
  const changed = (await users.load(chunk.lane, lateWrites.users)).filter((row) =>
    wasChangedSince(row, operation, lateWrites.since),
  );
  const underWay = changed.filter(({ claim }) => claim !== null);
  const suspects = idsOf(changed.filter(({ claim, state }) => claim === null && state !== operation.targetState));
  const states = await readStates(graph, suspects, now, { timeoutMs: READ_TIMEOUT_MS });
  const late = suspects.filter((id) => {
    const state = states.get(id);
    return state?.kind === 'known' && state.value === operation.targetState;
  });
  await restoreRows(operation, chunk, late, (row) => row.state !== operation.targetState, deps);
  if ([...states.values()].some(({ kind }) => kind === 'retry'))
    throw new RetryLaterError('Microsoft Graph does not show yet whether a late write replaced a newer state.');
  if (underWay.length > 0 && lateWrites.times < MAX_REPETITIONS) {
    const again = { ...lateWrites, users: idsOf(underWay), times: lateWrites.times + 1 };
    await queues.sendChanges([checkMessage(operation.id, chunk, again, now() + REPEAT_AFTER_MS)]);
  }
  return { users: lateWrites.users.length, restored: late.length };
}

/** Whether another change of the user was made, or is under way, since the write was sent. */
function wasChangedSince(row: UserRow, operation: Operation, since: string): boolean {
  const { id } = operation;
  if (row.claim !== null) return row.claim.operationId !== id;
  return row.operationId !== id && (row.sequence > orderOf(operation) || row.stateAt >= since);
}
