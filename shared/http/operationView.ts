import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { actorSchema, isTerminal, type Operation, operationStatuses, type Progress } from '../domain/operation.ts';
import { emptyCounts, type OutcomeKind, outcomeKinds, outcomeMeanings } from '../domain/outcome.ts';
import { approvalViewSchema, approvalViews, assessmentNotes, assessmentViewSchema } from './approvalView.ts';
import { dateTime, dateTimeOrNull, uuid } from './formats.ts';

/** The recommended time between two polls, in seconds. */
const POLL_AFTER_SECONDS = 2;

const countsSchema = z.object(
  Object.fromEntries(
    outcomeKinds.map((kind) => [
      kind,
      z.number().int().describe(`Number of users with this outcome: ${outcomeMeanings[kind]}.`),
    ]),
  ) as Record<OutcomeKind, z.ZodNumber>,
);

/** An operation in the API. */
export const operationViewSchema = z.object({
  id: uuid('The operation.'),
  kind: z
    .enum(['stateChange', 'retry', 'undo', 'promotion'])
    .describe(
      'A request, a repetition of one, the undoing of one, or a promotion of registered users by the registration sweep.',
    ),
  retryOf: uuid('The operation whose refused and failed users this one repeats.').optional(),
  undoOf: uuid('The operation whose changes this one undoes.').optional(),
  status: z
    .enum(operationStatuses)
    .describe('Where it stands; AwaitingApproval waits for a second person, and the last four are final.'),
  targetState: mfaStateSchema
    .nullable()
    .describe(
      'The state that users are set to; null when the request has a state for each user, or when the caller may not see it.',
    ),
  targetStates: z
    .array(mfaStateSchema)
    .describe('The states that users are set to, when the request has a state for each user.')
    .optional(),
  reason: z.string().describe('Why, as the request says.'),
  notes: z
    .array(z.string())
    .describe('What to know about how the request was read, such as references that were cleaned.')
    .optional(),
  dryRun: z.boolean().describe('Whether no user is changed and the outcomes show which users would be.'),
  notify: z.boolean().describe('Whether users who are enabled get a mail.'),
  acknowledge: z.array(acknowledgementSchema).describe('Safety checks that the request overrides.'),
  originalActor: actorSchema.describe('The caller of the operation that this one repeats or undoes.').optional(),
  group: uuid('The group whose members are changed.').optional(),
  actor: actorSchema.describe('Who asked for it, as the access token says.'),
  references: z.number().int().describe('Users named so far; grows while a group is being expanded.'),
  counts: countsSchema.describe('Users by outcome; they add up to references.'),
  untilDateTime: dateTime('When lowered states end, and the service asks for the states from before.').optional(),
  assessment: assessmentViewSchema.optional(),
  approval: approvalViewSchema.optional(),
  createdDateTime: dateTime('When the request was accepted.'),
  cancelRequestedDateTime: dateTimeOrNull('When a caller asked to cancel it; null without such a request.'),
  canceledBy: actorSchema.describe('The caller who canceled it.').optional(),
  finishedDateTime: dateTimeOrNull('When the last outcome was decided; null until then.'),
});
export type OperationView = z.infer<typeof operationViewSchema>;

export function operationView(operation: Operation, progress: Progress): OperationView {
  const shown = progress.isHidden ? { ...operation, assessment: undefined } : operation;
  const { targetStates, ...users } = shownUsers(operation, progress);
  const notes = [...(operation.notes ?? []), ...assessmentNotes(shown)];
  return {
    id: operation.id,
    kind: operation.kind,
    ...(operation.retryOf === undefined ? {} : { retryOf: operation.retryOf }),
    ...(operation.undoOf === undefined ? {} : { undoOf: operation.undoOf }),
    status: progress.status,
    targetState: users.targetState,
    ...(targetStates === undefined ? {} : { targetStates }),
    reason: operation.reason,
    ...(notes.length === 0 ? {} : { notes }),
    dryRun: operation.dryRun,
    notify: operation.notify,
    acknowledge: operation.acknowledge,
    ...(operation.originalActor === undefined ? {} : { originalActor: operation.originalActor }),
    ...(operation.group === null ? {} : { group: operation.group }),
    actor: operation.actor,
    references: users.references,
    counts: users.counts,
    ...(operation.until === undefined ? {} : { untilDateTime: operation.until }),
    ...approvalViews(shown),
    createdDateTime: operation.acceptedAt,
    cancelRequestedDateTime: operation.cancelRequestedAt,
    ...(operation.canceledBy === null ? {} : { canceledBy: operation.canceledBy }),
    finishedDateTime: progress.finishedAt,
  };
}

type ShownUsers = Pick<OperationView, 'targetState' | 'targetStates' | 'references' | 'counts'>;

/**
 * How many users an operation has, and the states that they are set to. A request says both. A retry, an undo and a
 * promotion follow from the states of users, so a reader who may not see facts about users sees neither.
 */
function shownUsers({ kind, targetState, targetStates }: Operation, { isHidden, ...progress }: Progress): ShownUsers {
  if (isHidden && kind !== 'stateChange') return { targetState: null, references: 0, counts: emptyCounts() };
  const { references, counts } = progress;
  if (targetStates === undefined) return { targetState, references, counts };
  return { targetState: null, targetStates, references, counts };
}

/** 202 with the address to poll, in the headers that Azure clients and workflows use (Azure REST API guidelines). */
export function acceptedResponse(operation: Operation, progress: Progress, baseUrl: string): HttpResponseInit {
  const url = `${baseUrl}/operations/${operation.id}`;
  return {
    status: 202,
    headers: {
      'Operation-Location': url,
      Location: `${url}/result`,
      'Operation-Id': operation.id,
      'Retry-After': String(POLL_AFTER_SECONDS),
    },
    jsonBody: operationView(operation, progress),
  };
}

/** 200 with the status of the operation, finished or not. */
export function statusResponse(operation: Operation, progress: Progress): HttpResponseInit {
  return {
    status: 200,
    headers: isTerminal(progress.status) ? {} : { 'Retry-After': String(POLL_AFTER_SECONDS) },
    jsonBody: operationView(operation, progress),
  };
}
