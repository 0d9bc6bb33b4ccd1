import { acceptance, type RecordDecision } from '../audit/decisions.ts';
import { mayLower } from '../domain/approval.ts';
import { type Actor, isSameActor, isSmall, type Operation } from '../domain/operation.ts';
import type { ReferencePage } from '../domain/referencePage.ts';
import { RequestError, toError, UnavailableError } from '../errors.ts';
import type { ExceptionStore } from '../operations/exceptionStore.ts';
import type { OperationIndex } from '../operations/operationIndex.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { Admission } from '../pace/admission.ts';
import type { Admitted } from '../pace/callerQuota.ts';
import type { Queues } from '../queues/queues.ts';
import { cutPages } from './pages.ts';
import { type RefuseEarlyDependencies, refuseEarly } from './refuseEarly.ts';
import { hashRequest, type StateChangeRequest, statesOf } from './request.ts';
import { tooManyOperations } from './tooManyOperations.ts';

export interface AcceptDependencies extends RefuseEarlyDependencies {
  readonly operations: OperationStore;
  readonly index: OperationIndex;
  readonly queues: Queues;
  readonly recordDecision: RecordDecision;
  readonly exceptions: Pick<ExceptionStore, 'keep'>;
  readonly admission: Admission;
  readonly now: () => number;
  /** The minimum age of a rank without an operation that recovery removes. */
  readonly recoverAfterMs: number;
}

/** Why the same request cannot complete an operation that recovery has ended. */
export const BROKE_OFF =
  'The operation with this Operation-Id broke off before all of its users were stored, and the missing users failed. Send the request again with a new Operation-Id. Users that were already changed will be unchanged.';

/** An operation to be accepted: the part that its source decides. */
export interface Proposal {
  readonly id: string;
  readonly kind: Operation['kind'];
  readonly retryOf?: string;
  readonly undoOf?: string;
  /** The caller of the operation that is retried or undone. */
  readonly originalActor?: Actor;
  /** A retry keeps the sequence of the operation it repeats, so that it never undoes a newer change. */
  readonly sequence?: string;
  /** Object ids of the actors of the operations that it repeats. */
  readonly earlierRequesters?: readonly string[];
  readonly request: StateChangeRequest;
  readonly actor: Actor;
  readonly mayWeaken: boolean;
}

/**
 * Accepts a state change: stores the operation and its references, records it, then queues a message for each page. An operation that is
 * returned will be carried out. After an error, sending the same request again completes the operation.
 * @throws RequestError 409 when the id belongs to another request or to one that broke off for good, or a safety check
 * blocks the change for the whole tenant; 429 when the caller has too many open operations
 * @throws UnavailableError when Table Storage or Service Bus cannot be reached
 */
export async function acceptStateChange(proposal: Proposal, deps: AcceptDependencies): Promise<Operation> {
  try {
    return await accept(proposal, deps);
  } catch (thrown) {
    if (thrown instanceof RequestError) throw thrown;
    throw new UnavailableError(
      'The request could not be stored. Send it again with the same Operation-Id. Nothing is done twice.',
      // The operation may be stored, also where the service chose its id.
      { cause: toError(thrown), headers: { 'Operation-Id': proposal.id } },
    );
  }
}

/** Whether an operation is of the same kind and the same caller, so that it may be a repetition. */
function isOf({ kind, actor }: Proposal, operation: Operation): boolean {
  return kind === operation.kind && isSameActor(actor, operation.actor);
}

type Size = Pick<Operation, 'group' | 'references' | 'pageCount'>;

function sizeOf({ group, users }: StateChangeRequest, pages: readonly ReferencePage[]): Size {
  return {
    group: group?.toLowerCase() ?? null,
    references: users?.length ?? 0,
    pageCount: users === undefined ? null : pages.length,
  };
}

/** @throws RequestError 429 when the caller has too many open operations */
async function admit({ id, actor }: Proposal, size: Size, { admission }: AcceptDependencies): Promise<Admitted> {
  const expressUsers = isSmall(size) ? size.references : undefined;
  const admitted = await admission.admit(actor, { id, expressUsers });
  if (admitted === undefined) throw tooManyOperations(admission.limits.openOperations);
  return admitted;
}

async function accept(proposal: Proposal, deps: AcceptDependencies): Promise<Operation> {
  const { operations, index, queues, now } = deps;
  const { request } = proposal;
  const requestHash = hashRequest(request);
  const pages = cutPages(request);

  const repeated = await operations.get(proposal.id);
  if (repeated !== undefined) return complete(repeated);
  // The service itself needs no answer: the users get outcomes instead.
  if (proposal.actor.kind !== 'service') await refuseEarly(request, deps);

  const size = sizeOf(request, pages);
  const { express } = await admit(proposal, size, deps);

  const beganAt = now();
  const rank = await index.next(proposal.id);
  const operation: Operation = {
    version: versionOf(proposal),
    id: proposal.id,
    kind: proposal.kind,
    retryOf: proposal.retryOf,
    ...repeatedBy(proposal),
    sequence: proposal.sequence ?? rank,
    rank,
    targetState: request.state,
    ...(request.states === undefined ? {} : { targetStates: [...statesOf(request)] }),
    reason: request.reason,
    actor: proposal.actor,
    mayWeaken: proposal.mayWeaken,
    acknowledge: request.acknowledge,
    notify: request.notify,
    dryRun: request.dryRun,
    express,
    ...size,
    ...(request.notes === undefined ? {} : { notes: [...request.notes] }),
    requestHash,
    ...(request.untilDateTime === undefined ? {} : { until: request.untilDateTime }),
    acceptedAt: new Date(now()).toISOString(),
    cancelRequestedAt: null,
    canceledBy: null,
  };
  if (await operations.create(operation, pages)) {
    // Recovery may have taken the rank for one of a request that broke off.
    if (now() - beganAt > deps.recoverAfterMs / 2) await index.restore(operation);
    return queue(operation, pages);
  }

  const first = await operations.get(proposal.id); // the same id arrived twice at the same time
  if (first === undefined) throw new Error('An old operation with this id is being removed.');
  return complete(first);

  /** The same request came before and may have been cut off at any step: the missing steps are done now. */
  async function complete(operation: Operation): Promise<Operation> {
    if (operation.requestHash !== requestHash || !isOf(proposal, operation))
      throw new RequestError(
        409,
        'OperationIdConflict',
        'This Operation-Id belongs to another request, or to a request of another caller. Use a new UUID for a new request.',
        { target: 'Operation-Id' },
      );
    await operations.completeReferences(operation.id, pages);
    if (await operations.hasMissingReferences(operation.id))
      throw new RequestError(409, 'OperationBrokeOff', BROKE_OFF, { target: 'Operation-Id' });
    await index.restore(operation);
    return queue(operation, pages);
  }

  async function queue(operation: Operation, stored: readonly ReferencePage[]): Promise<Operation> {
    const numbers = operation.group === null ? stored.map((_, number) => number) : [0];
    await deps.exceptions.keep(operation);
    await deps.recordDecision(acceptance(operation)); // before anything is changed
    await queues.sendPlans(operation, numbers);
    return operation;
  }
}

function versionOf({ kind, mayWeaken, request }: Proposal): Operation['version'] {
  if (mayLower({ kind, mayWeaken, states: statesOf(request), acknowledge: request.acknowledge })) return 3;
  return request.states === undefined ? 1 : 2;
}

/** What an operation says of the one that it repeats or undoes. */
function repeatedBy({
  undoOf,
  originalActor,
  earlierRequesters,
}: Proposal): Pick<Operation, 'undoOf' | 'originalActor' | 'earlierRequesters'> {
  return {
    ...(undoOf === undefined ? {} : { undoOf }),
    ...(originalActor === undefined ? {} : { originalActor }),
    ...(earlierRequesters === undefined ? {} : { earlierRequesters: [...earlierRequesters] }),
  };
}
