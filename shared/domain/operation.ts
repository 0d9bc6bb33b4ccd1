import { z } from 'zod';
import { assessmentSchema } from './assessment.ts';
import { EXPRESS_MAX_REFERENCES } from './lane.ts';
import { acknowledgementSchema, type MfaState, mfaStateSchema } from './mfaState.ts';
import { emptyCounts, type OutcomeCounts, outcomeKinds } from './outcome.ts';

/** The caller, from the verified claims of the access token. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'application', 'service']).describe('A user, an application by itself, or this service.'),
  id: z.string().describe('Object id in the tenant; per-user-mfa for this service itself.'),
  application: z.string().describe('The application that called, when the token names one.').optional(),
  name: z.string().describe('For display only.').optional(),
  tokenId: z
    .string()
    .describe('The unique token identifier of the access token, by which the sign-in logs of Entra name it.')
    .optional(),
});
export type Actor = z.infer<typeof actorSchema>;

export const approvalDecisions = ['approved', 'rejected', 'expired'] as const;

/** The approval of an operation by a second person. */
export const approvalSchema = z.object({
  requestedAt: z.string(),
  /** Without a decision until then, no user is lowered. */
  expiresAt: z.string(),
  /** Null while the operation waits. */
  decision: z.enum(approvalDecisions).nullable(),
  decidedAt: z.string().nullable(),
  /** Null when the approval expired. */
  decidedBy: actorSchema.nullable(),
  reason: z.string().nullable(),
});

/**
 * An accepted request. It never changes, except that it can be canceled, assessed and approved; all work of the operation
 * follows from it.
 */
export const operationSchema = z.object({
  /**
   * The format of the row, because earlier versions of the service must not carry out what they do not know: 2 when each
   * user has an own state, 3 when the operation may lower states and is assessed first.
   */
  version: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  id: z.string(),
  kind: z.enum(['stateChange', 'retry', 'undo', 'promotion']),
  /** The operation whose refused and failed references this one retries. */
  retryOf: z.string().optional(),
  /** The operation whose changes this one undoes. Users who were changed since then are left alone. */
  undoOf: z.string().optional(),
  /** The caller of the operation that this one retries or undoes. */
  originalActor: actorSchema.optional(),
  /** Orders changes: of two changes of one user, the one with the greater sequence wins. */
  sequence: z.string(),
  /**
   * Its position in the list of all operations, by the time of the request. A retry has the sequence of its original.
   */
  rank: z.string(),
  /** The state that users are set to. With `targetStates`, the strongest of them. */
  targetState: mfaStateSchema,
  /** The states that users are set to, when the request has a state for each user. */
  targetStates: z.array(mfaStateSchema).optional(),
  reason: z.string(),
  actor: actorSchema,
  /** Whether the caller's roles allowed lowering a state. */
  mayWeaken: z.boolean(),
  acknowledge: z.array(acknowledgementSchema),
  notify: z.boolean(),
  dryRun: z.boolean(),
  /**
   * Whether the operation may take the ways of small operations. Undefined in operations that earlier versions accepted:
   * then its size decides.
   */
  express: z.boolean().optional(),
  /** The group whose members are changed; null when the request named users. */
  group: z.string().nullable(),
  /** The number of references in the request; 0 for a group. */
  references: z.number().int(),
  /** The number of pages of references; null while a group is being expanded. */
  pageCount: z.number().int().nullable(),
  /** What the caller should know about how the request was read. */
  notes: z.array(z.string()).optional(),
  /** Fingerprint of the request: tells a repetition from a different request with the same id. */
  requestHash: z.string(),
  acceptedAt: z.string(),
  /** When the lowered states end: then the service asks for the states from before. ISO 8601. */
  until: z.string().optional(),
  cancelRequestedAt: z.string().nullable(),
  canceledBy: actorSchema.nullable(),
  /** Object ids of the actors of the operations that this one repeats. They cannot approve it. */
  earlierRequesters: z.array(z.string()).optional(),
  /** Set once, when all pages are planned. */
  assessment: assessmentSchema.optional(),
  /** Set together with the assessment when the operation needs approval. */
  approval: approvalSchema.optional(),
});
export type Operation = z.infer<typeof operationSchema>;

/** Whether two tokens are of the same caller: the same user or application, in whatever client application. */
export function isSameActor(a: Actor, b: Actor): boolean {
  return a.kind === b.kind && a.id.toLowerCase() === b.id.toLowerCase();
}

/** Every state that users of the operation are set to. */
export function targetStatesOf({ targetState, targetStates }: Operation): readonly MfaState[] {
  return targetStates ?? [targetState];
}

/** Whether an operation is small enough to be express. The size of a group is not known. */
export function isSmall({
  group,
  pageCount,
  references,
}: Pick<Operation, 'group' | 'pageCount' | 'references'>): boolean {
  return group === null && pageCount === 1 && references <= EXPRESS_MAX_REFERENCES;
}

/** Express operations have a queue and sessions of their own, so they never wait for large ones. */
export function isExpress(operation: Operation): boolean {
  return operation.express ?? isSmall(operation);
}

export const operationStatuses = [
  'NotStarted',
  'AwaitingApproval',
  'Running',
  'Succeeded',
  'PartiallySucceeded',
  'Failed',
  'Canceled',
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** The progress of an operation. */
export interface Progress {
  readonly status: OperationStatus;
  readonly counts: OutcomeCounts;
  /** All references so far; grows while a group is being expanded. */
  readonly references: number;
  /** When the last outcome was decided. Null while the operation runs. */
  readonly finishedAt: string | null;
  /** Set when the reader may not see anything about the users. */
  readonly isHidden?: true;
}

/** The progress of an operation when it is accepted. */
export function progressAtFirst({ references }: Operation): Progress {
  const counts = { ...emptyCounts(), pending: references };
  return { status: 'NotStarted', counts, references, finishedAt: null, isHidden: true };
}

export function isTerminal(status: OperationStatus): boolean {
  return status !== 'NotStarted' && status !== 'AwaitingApproval' && status !== 'Running';
}

/**
 * The status of an operation whose references have these outcomes.
 * @param complete false while references may still be added (a group being expanded)
 */
export function statusOf(counts: OutcomeCounts, complete: boolean): OperationStatus {
  const finished = outcomeKinds.filter((kind) => kind !== 'pending').reduce((sum, kind) => sum + counts[kind], 0);
  if (!complete || counts.pending > 0) return finished === 0 ? 'NotStarted' : 'Running';
  if (counts.canceled > 0) return 'Canceled';
  const bad = counts.refused + counts.failed;
  if (bad === 0) return 'Succeeded';
  return bad + counts.duplicate === finished ? 'Failed' : 'PartiallySucceeded';
}
