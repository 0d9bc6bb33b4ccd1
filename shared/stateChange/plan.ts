import type { AuditStore } from '../audit/auditStore.ts';
import { loggedActor } from '../audit/decisions.ts';
import { entryKey } from '../audit/entry.ts';
import { sessionOf } from '../domain/lane.ts';
import { isExpress, type Operation, targetStatesOf } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { problemsOf, type ReferencePage, type Resolution, type ResolvedReference } from '../domain/referencePage.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import type { ScheduleFinishCheck } from '../events/finishCheck.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { readGroupPage } from '../graph/groups.ts';
import { tally } from '../groupBy.ts';
import { cutChunks } from '../operations/chunk.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { PlanMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import { explainUnknownProtected } from '../tenant/explainProtection.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import { backoffMs } from '../wait.ts';
import { type AssessDependencies, readyAfterAssessment } from './assess.ts';
import { operationFor } from './operationFor.ts';
import { auditEntryOf } from './recordOutcomes.ts';
import { decideReferences, type Identified, identify, idsOfNames } from './resolve.ts';
import { type Attempts, markLowering } from './usersToLower.ts';

export interface PlanDependencies extends AssessDependencies {
  readonly audit: AuditStore;
  readonly queues: Queues;
  readonly scheduleFinishCheck: ScheduleFinishCheck;
  readonly graph: SendToGraph;
  readonly policy: () => Promise<TenantPolicy>;
  readonly protectedUsers: () => Promise<ProtectedUsersAnswer>;
  readonly privilegedUsers: () => Promise<PrivilegedUsersAnswer>;
  readonly random: () => number;
  /** Waits at least this many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long one delivery retries while Graph does not answer. */
  readonly retryBudgetMs: number;
}

export interface PlanSummary {
  readonly references: number;
  /** Outcomes that planning decided, by kind. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The codes of these outcomes: alerts query some of them. */
  readonly codes: Readonly<Record<string, number>>;
  readonly chunks: number;
  readonly actor: string;
  readonly application: string | undefined;
  readonly token: string | undefined;
}

/**
 * Plans one page of an operation's references: decides, once, which users are to be changed, then queues a message for
 * each chunk. Everything derived from the decision has fixed keys and ids, so planning a page again changes nothing.
 * @throws UnprocessableMessageError when the page does not exist
 * @throws RetryLaterError when Graph does not answer within the budget
 */
export async function planPage(message: PlanMessage, deps: PlanDependencies): Promise<PlanSummary> {
  const { operations } = deps;
  const operation = await operations.getRecent(message.operationId);
  if (operation === undefined) throw new UnprocessableMessageError('No operation has this id.');

  const stored = await operations.getResolution(operation.id, message.page);
  const page = await pageOf(operation, message.page, deps);
  const decided =
    stored ??
    (await operations.keepResolution(
      operation.id,
      message.page,
      await untilAnswered(operation, message.page, page, deps),
    ));
  const ready = await readyAfterAssessment(operation, message, deps);
  if (ready === undefined) return { ...summaryOf(operation, decided), chunks: 0 };
  return carryOut(ready, message.page, page, decided, deps);
}

function summaryOf({ actor }: Operation, { references }: Resolution): Omit<PlanSummary, 'chunks'> {
  return {
    ...loggedActor(actor),
    references: references.length,
    outcomes: tally(references.flatMap(({ outcome }) => outcome?.outcome ?? [])),
    codes: tally(references.flatMap(({ outcome }) => outcome?.code ?? [])),
  };
}

/** The references of a page: stored when the operation was accepted, or the next members of its group. */
async function pageOf(operation: Operation, number: number, deps: PlanDependencies): Promise<ReferencePage> {
  const { operations } = deps;
  let page = await operations.getReferences(operation.id, number);
  const { group } = operation;
  if (group === null) {
    if (page === undefined) throw new UnprocessableMessageError('The operation has no such page of references.');
    return page;
  }
  if (page === undefined) {
    const before = number === 0 ? undefined : await operations.getReferences(operation.id, number - 1);
    if (number > 0 && !before?.nextLink) throw new UnprocessableMessageError('The group has no such page of members.');
    const position = { nextLink: before?.nextLink ?? null, restarts: before?.restarts ?? 0 };
    const members = await withinBudget(deps, () => readGroupPage(deps.graph, group, position));
    const unseen = await withoutEarlier(operation.id, number, members, operations);
    page = await operations.keepReferences(operation.id, number, unseen);
  }
  await continueGroup(operation, number, page, deps);
  return page;
}

/** Queues the next page of a group's members, or stores that this is the last one. */
export async function continueGroup(
  operation: Operation,
  number: number,
  { nextLink }: ReferencePage,
  { operations, queues }: Pick<PlanDependencies, 'operations' | 'queues'>,
): Promise<void> {
  if (nextLink === null) await operations.closeGroup(operation.id, number + 1);
  else await queues.sendPlans(operation, [number + 1]);
}

/**
 * Drops the users on earlier pages. A group that changes while it is listed may show a user twice, and a listing that began
 * again shows all users again.
 */
async function withoutEarlier(
  operationId: string,
  number: number,
  members: ReferencePage,
  operations: OperationStore,
): Promise<ReferencePage> {
  if (number === 0 || members.missing !== undefined) return members;
  const left = new Set(members.references);
  for await (const { references } of operations.referencesBefore(operationId, number))
    for (const reference of references) left.delete(reference);
  return { ...members, references: [...left] };
}

async function untilAnswered(
  operation: Operation,
  number: number,
  page: ReferencePage,
  deps: PlanDependencies,
): Promise<Resolution> {
  const known: Attempts['known'] = new Map();
  return withinBudget(deps, async (attempt) => {
    const current = (await deps.operations.getRecent(operation.id)) ?? operation; // it may have been canceled
    const decided = await decidePage(current, number, page, deps);
    if ('retryAfterMs' in decided) return decided;
    return markLowering(current, page, decided, { number: attempt, known }, deps);
  });
}

/** A decision, or how long to wait before Graph is asked again. */
type Attempt<T> = T | { readonly retryAfterMs: number | undefined };

async function withinBudget<T extends object>(
  { now, random, wait, retryBudgetMs }: PlanDependencies,
  attempt: (repetition: number) => Promise<Attempt<T>>,
): Promise<T> {
  const deadline = now() + retryBudgetMs;
  for (let repetition = 0; ; repetition++) {
    const result = await attempt(repetition);
    if (!('retryAfterMs' in result)) return result;
    const pause = backoffMs(repetition, result.retryAfterMs, random());
    if (now() + pause > deadline) {
      // Service Bus redelivers a failed message at once. Waiting here keeps its deliveries for when Graph can be asked
      // again.
      await wait(Math.max(0, deadline - now()));
      throw new RetryLaterError('Microsoft Graph does not answer. Planning continues later.');
    }
    await wait(pause);
  }
}

async function decidePage(
  operation: Operation,
  number: number,
  page: ReferencePage,
  deps: PlanDependencies,
): Promise<Attempt<Resolution>> {
  const at = new Date(deps.now()).toISOString();
  const forAll = (outcome: Omit<Outcome, 'at'>): Resolution => ({
    references: page.references.map((_, position) => ({
      outcome: page.repeated.includes(position) ? { outcome: 'duplicate', at } : { ...outcome, at },
    })),
    notes: [],
    overrides: [],
  });
  if (operation.cancelRequestedAt !== null) return forAll({ outcome: 'canceled' });
  if (page.missing !== undefined) return forAll({ outcome: 'failed', ...page.missing });

  const policy = await deps.policy();
  const verdicts = new Map(
    targetStatesOf(operation).map((state) => [state, judgePolicy(state, operation.acknowledge, policy)]),
  );
  if ([...verdicts.values()].some(({ kind }) => kind === 'unknown')) return { retryAfterMs: undefined };
  const protectedUsers = await deps.protectedUsers();
  if (protectedUsers === undefined) return { retryAfterMs: undefined };
  const identified = await identifyPage(page, deps);
  const unanswered = identified.filter((reference) => reference.kind === 'retry');
  if (unanswered.length > 0)
    return {
      retryAfterMs: unanswered.reduce<number | undefined>(
        (longest, { retryAfterMs }) => later(longest, retryAfterMs),
        undefined,
      ),
    };

  const isKnown = !isUnreadable(protectedUsers);
  const names = idsOfNames(page, identified);
  const namedElsewhere =
    names.size === 0 || operation.pageCount === 1
      ? new Set<string>()
      : await deps.operations.namedOnOtherPages(operation.id, number, names);
  const known = { protectedUsers: isKnown ? protectedUsers.reasons : new Map(), namedElsewhere };
  const references = decideReferences(page, identified, known, at);
  const refusalOf = (position: number): Outcome | undefined => {
    const verdict = verdicts.get(page.states?.[position] ?? operation.targetState);
    if (verdict?.kind === 'refused') return { outcome: 'refused', at, code: verdict.code, message: verdict.message };
    if (!isUnreadable(protectedUsers)) return undefined;
    return { outcome: 'refused', at, ...explainUnknownProtected(protectedUsers.unreadable) };
  };
  // Users who are disabled have no verdict with notes, and the others all have the same.
  const allowed = [...verdicts.values()].filter((verdict) => verdict.kind === 'allowed');
  return {
    references: references.map((reference, position): ResolvedReference => {
      const outcome = reference.outcome ?? refusalOf(position);
      return outcome === undefined ? reference : { ...reference, outcome };
    }),
    notes: isKnown ? [...new Set(allowed.flatMap(({ notes }) => notes))] : [],
    overrides: isKnown ? [...new Set(allowed.flatMap(({ overrides }) => overrides))] : [],
  };
}

/** Looks up the users of a page, except references that fail without that. */
async function identifyPage(page: ReferencePage, { graph, now }: PlanDependencies): Promise<Identified[]> {
  const problems = problemsOf(page);
  const sound = page.references.filter((_, position) => !problems.has(position));
  const found = (await identify(sound, graph, now)).values();
  return page.references.map((_, position): Identified => {
    const problem = problems.get(position);
    if (problem !== undefined) return { kind: 'failed', ...problem };
    return found.next().value ?? { kind: 'retry', retryAfterMs: undefined };
  });
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

/** Derives the effects of the stored decision about a page. */
export async function carryOut(
  operation: Operation,
  number: number,
  page: ReferencePage,
  resolution: Resolution,
  { operations, audit, queues, scheduleFinishCheck }: PlanDependencies,
): Promise<PlanSummary> {
  const named = page.references.map((reference, position) => ({
    ...resolution.references[position],
    reference,
    target: page.states?.[position],
  }));
  const users = named.flatMap(({ id, outcome, reference, target, lowers, privileged }) =>
    id !== undefined && outcome === undefined
      ? [{ id, reference, target: target ?? undefined, ...((lowers || privileged) && { lowers: true as const }) }]
      : [],
  );
  const chunks = cutChunks(number, users, resolution);
  const found = named.flatMap(({ id, outcome, reference, target }) =>
    // A line without a state asked for no change that could be recorded.
    outcome === undefined || target === null
      ? []
      : (auditEntryOf(operationFor(operation, { target }), { id: id ?? null, reference }, outcome, resolution.notes) ??
        []),
  );
  // Wrong lines with the same text are one event.
  const entries = [...new Map(found.map((entry) => [entryKey(entry), entry])).values()];
  await Promise.all([
    operations.keepChunks(operation.id, chunks),
    audit.record(`${operation.id}_resolution-${String(number).padStart(5, '0')}`, entries),
  ]);
  const express = isExpress(operation);
  await queues.sendChanges(
    chunks.map(({ key, lane }) => ({
      change: { version: 1, operationId: operation.id, chunk: key },
      session: sessionOf(lane, express),
    })),
  );
  if (chunks.length === 0) await scheduleFinishCheck(operation);
  return { ...summaryOf(operation, resolution), chunks: chunks.length };
}
