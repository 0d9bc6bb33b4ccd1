import type { AuditStore } from '../audit/auditStore.ts';
import { sessionOf } from '../domain/lane.ts';
import { isExpress, type Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ReferencePage, Resolution, ResolvedReference } from '../domain/referencePage.ts';
import { RetryLaterError, UnprocessableMessageError } from '../errors.ts';
import type { ScheduleFinishCheck } from '../events/finishCheck.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { readGroupPage } from '../graph/groups.ts';
import { tally } from '../groupBy.ts';
import { cutChunks } from '../operations/chunk.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { PlanMessage } from '../queues/messages.ts';
import type { Queues } from '../queues/queues.ts';
import type { TenantPolicy } from '../tenant/policy.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { judgePolicy } from '../tenant/safetyChecks.ts';
import { backoffMs } from '../wait.ts';
import { auditEntryOf } from './recordOutcomes.ts';
import { decideReferences, identify, idsOfNames } from './resolve.ts';

export interface PlanDependencies {
  readonly operations: OperationStore;
  readonly audit: AuditStore;
  readonly queues: Queues;
  readonly scheduleFinishCheck: ScheduleFinishCheck;
  readonly graph: SendToGraph;
  readonly policy: () => Promise<TenantPolicy>;
  readonly protectedUsers: () => Promise<ProtectedUsersAnswer>;
  readonly now: () => number;
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
  readonly chunks: number;
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
  return carryOut(operation, message.page, page, decided, deps);
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
    const members = await withinBudget(deps, () => readGroupPage(deps.graph, group, before?.nextLink ?? null));
    page = await operations.keepReferences(operation.id, number, members);
  }
  await continueGroup(operation.id, number, page, deps);
  return page;
}

/** Queues the next page of a group's members, or stores that this is the last one. */
export async function continueGroup(
  id: string,
  number: number,
  { nextLink }: ReferencePage,
  { operations, queues }: Pick<PlanDependencies, 'operations' | 'queues'>,
): Promise<void> {
  if (nextLink === null) await operations.closeGroup(id, number + 1);
  else await queues.sendPlans([{ version: 1, operationId: id, page: number + 1 }]);
}

async function untilAnswered(
  operation: Operation,
  number: number,
  page: ReferencePage,
  deps: PlanDependencies,
): Promise<Resolution> {
  return withinBudget(deps, async () => {
    const current = (await deps.operations.getRecent(operation.id)) ?? operation; // it may have been canceled
    return decidePage(current, number, page, deps);
  });
}

const PROTECTION_UNKNOWN = {
  code: 'protectedAccountsUnknown',
  message:
    'The service could not read the protected accounts, so it changed no users. Grant it the permissions User.Read.All, GroupMember.Read.All and RoleManagement.Read.Directory, check the setting PROTECTED_GROUP, and retry.',
};

/** A decision, or how long to wait before Graph is asked again. */
type Attempt<T> = T | { readonly retryAfterMs: number | undefined };

async function withinBudget<T extends object>(
  { now, random, wait, retryBudgetMs }: PlanDependencies,
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  const deadline = now() + retryBudgetMs;
  for (let repetition = 0; ; repetition++) {
    const result = await attempt();
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

  const verdict = judgePolicy(operation.targetState, operation.acknowledge, await deps.policy());
  if (verdict.kind === 'unknown') return { retryAfterMs: undefined };
  const protectedUsers = await deps.protectedUsers();
  if (protectedUsers === undefined) return { retryAfterMs: undefined };
  const identified = await identify(page.references, deps.graph, deps.now);
  const unanswered = identified.filter((reference) => reference.kind === 'retry');
  if (unanswered.length > 0)
    return {
      retryAfterMs: unanswered.reduce<number | undefined>(
        (longest, { retryAfterMs }) => later(longest, retryAfterMs),
        undefined,
      ),
    };

  const isKnown = protectedUsers !== 'unreadable';
  const names = idsOfNames(page, identified);
  const namedElsewhere =
    names.size === 0 || operation.pageCount === 1
      ? new Set<string>()
      : await deps.operations.namedOnOtherPages(operation.id, number, names);
  const known = { protectedUsers: isKnown ? protectedUsers : new Map(), namedElsewhere };
  const references = decideReferences(page, identified, known, at);
  if (verdict.kind === 'allowed' && isKnown)
    return { references, notes: [...verdict.notes], overrides: [...verdict.overrides] };
  const { code, message } = verdict.kind === 'refused' ? verdict : PROTECTION_UNKNOWN;
  const refusal: Outcome = { outcome: 'refused', at, code, message };
  return {
    references: references.map(
      (reference): ResolvedReference => ({ ...reference, outcome: reference.outcome ?? refusal }),
    ),
    notes: [],
    overrides: [],
  };
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
  const named = page.references.map((reference, position) => ({ ...resolution.references[position], reference }));
  const users = named.flatMap(({ id, outcome, reference }) =>
    id !== undefined && outcome === undefined ? [{ id, reference }] : [],
  );
  const chunks = cutChunks(number, users, resolution);
  const entries = named.flatMap(({ id, outcome, reference }) =>
    outcome === undefined
      ? []
      : (auditEntryOf(operation, { id: id ?? null, reference }, outcome, resolution.notes) ?? []),
  );
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
  return {
    references: named.length,
    outcomes: tally(named.flatMap(({ outcome }) => outcome?.outcome ?? [])),
    chunks: chunks.length,
  };
}
