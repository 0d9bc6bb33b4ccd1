import { isAwaitingApproval, isToBeAssessed } from '../domain/approval.ts';
import { isTerminal, type Operation } from '../domain/operation.ts';
import type { IndexEntry, OperationIndex } from '../operations/operationIndex.ts';
import { NEVER_STORED, type OperationStore } from '../operations/operationStore.ts';
import { type PageState, readPageStates } from '../operations/pageStates.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { Queues } from '../queues/queues.ts';
import { approvalDecision } from '../stateChange/approvalDecisions.ts';
import { type AssessDependencies, announce, assess } from '../stateChange/assess.ts';
import { expireApproval } from '../stateChange/decideApproval.ts';
import { isUnreadable } from '../tables/failures.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Messages expire after 14 days, so no work is under way in an older operation. */
const LOOK_BACK_MS = 14 * DAY_MS;
/**
 * The queues drop a message whose id they saw within a day. Chunks are usually applied long before that, so a chunk that is
 * open for longer may have lost its message.
 */
const MESSAGES_ARE_KNOWN_MS = DAY_MS;

export interface RecoverDependencies extends AssessDependencies {
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly queues: Queues;
  /** The minimum age of an operation to recover: longer than accepting a request takes. */
  readonly recoverAfterMs: number;
}

export interface RecoverSummary {
  /** Operations that were checked because they were not marked as finished. */
  readonly looked: number;
  /** Pages whose message was sent again. */
  readonly requeued: number;
  /** Index entries without an operation, which were removed. */
  readonly removed: number;
  /** Operations with rows that cannot be read, which were left out. */
  readonly unreadable: number;
}

/**
 * Finishes operations that nothing else finishes: a request broke off while it was accepted, so that the operation is
 * stored but not queued, or only partly stored; or the last message of a page is gone. Sending a message again is safe: the
 * queue drops duplicates, and planning a page twice decides once. A finished operation raises its event for the webhook.
 */
export async function recoverOperations(deps: RecoverDependencies): Promise<RecoverSummary> {
  const { index, now, recoverAfterMs } = deps;
  const summary = { looked: 0, requeued: 0, removed: 0, unreadable: 0 };
  for await (const entry of index.newestFirst()) {
    const age = now() - Number(entry.sequence);
    if (age > LOOK_BACK_MS) break;
    if (entry.over || age < recoverAfterMs) continue;
    summary.looked++;
    try {
      const requeued = await recoverEntry(entry, age, deps);
      if (requeued === undefined) summary.removed++;
      else summary.requeued += requeued;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      summary.unreadable++;
    }
  }
  return summary;
}

/** Returns the number of messages sent again; undefined when the entry has no operation and was removed. */
async function recoverEntry(entry: IndexEntry, ageMs: number, deps: RecoverDependencies): Promise<number | undefined> {
  const { operations, index } = deps;
  const operation = await operations.get(entry.operationId);
  if (operation?.rank === entry.sequence) return recoverOne(operation, entry, ageMs, deps);
  await index.remove(entry.key);
  // The request may have stored its operation since it was read.
  const late = await operations.get(entry.operationId);
  if (late?.rank === entry.sequence) await index.restore(late);
  return undefined;
}

/** Sends the messages of the pages that are not carried out. Returns their number. */
async function recoverOne(
  operation: Operation,
  entry: IndexEntry,
  ageMs: number,
  deps: RecoverDependencies,
): Promise<number> {
  const { operations, progress, index, queues, queueEvent } = deps;
  const { status } = await progress.read(operation);
  if (isTerminal(status)) {
    // The event is raised before the index is marked: a process may have stopped after the last outcome, without an
    // event.
    await queueEvent({ event: 'operationFinished', operationId: operation.id });
    await index.markOver(entry.key);
    return 0;
  }
  const current = await continueAssessment(operation, deps);
  if (isAwaitingApproval(current)) return 0;
  const pages = await pagesToQueue(current, ageMs, operations);
  if (operation.group === null)
    for (const page of pages)
      await operations.keepReferences(operation.id, page, {
        references: ['(not stored)'],
        repeated: [],
        nextLink: null,
        missing: NEVER_STORED,
      });
  // The process that stored a decision may have ended before it recorded it and queued the pages.
  const decision = pages.length === 0 ? undefined : approvalDecision(current);
  if (decision !== undefined) await deps.recordDecision(decision);
  // The queue has seen the messages of planned pages.
  const isPlanned = isToBeAssessed(current) && current.assessment !== undefined;
  await queues.sendPlans(current, pages, isPlanned ? 'carryOut' : undefined);
  return pages.length;
}

/** Assesses an operation whose pages are all planned, and ends the wait for an approval that did not come in time. */
async function continueAssessment(operation: Operation, deps: RecoverDependencies): Promise<Operation> {
  if (!isToBeAssessed(operation)) return operation;
  const current = (await assess(operation.id, deps)) ?? operation;
  if (operation.assessment === undefined && current.assessment !== undefined) await announce(current, deps);
  if (!isAwaitingApproval(current)) return current;
  return expireApproval(current, deps);
}

/**
 * The pages of an operation whose plan message is missing, or may be. Planning a page again also sends the messages of its
 * chunks again.
 */
async function pagesToQueue(operation: Operation, ageMs: number, operations: OperationStore): Promise<number[]> {
  const states = await readPageStates(operation.id, operations);
  const count = operation.pageCount ?? (await groupPagesSoFar(operation.id, states, operations));
  return Array.from({ length: count }, (_, page) => page).filter((page) => {
    const state = states.get(page);
    if (state === undefined || !state.isPlanned || state.missingInChunks > 0) return true;
    return state.open > 0 && ageMs > MESSAGES_ARE_KNOWN_MS;
  });
}

/**
 * The number of pages of a group whose listing has not ended, as far as it is known. It includes the page after the last
 * stored one, because its message may never have been sent. The end of the listing is stored before its page is decided.
 */
async function groupPagesSoFar(
  id: string,
  states: ReadonlyMap<number, PageState>,
  operations: OperationStore,
): Promise<number> {
  const last = Math.max(-1, ...states.keys());
  const page = last < 0 ? undefined : await operations.getReferences(id, last);
  return page?.nextLink === null ? last + 1 : last + 2;
}
