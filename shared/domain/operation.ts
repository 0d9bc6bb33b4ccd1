import { z } from 'zod';
import { EXPRESS_MAX_REFERENCES } from './lane.ts';
import { acknowledgementSchema, mfaStateSchema } from './mfaState.ts';
import { type OutcomeCounts, outcomeKinds } from './outcome.ts';

/** Who asked, from the verified claims of the access token. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'application', 'service']),
  /** Object id in the tenant. */
  id: z.string(),
  /** The application that called, when the token names one. */
  application: z.string().optional(),
  /** For display only. */
  name: z.string().optional(),
});
export type Actor = z.infer<typeof actorSchema>;

/** What was accepted, once and for good. Everything that an operation does follows from it. */
export const operationSchema = z.object({
  /** The format of the row. */
  version: z.literal(1),
  id: z.string(),
  kind: z.enum(['stateChange', 'retry', 'promotion']),
  /** The operation whose refused and failed references this one repeats. */
  retryOf: z.string().optional(),
  /** The place of the operation among all: of two changes of one user, the one with the greater sequence wins. */
  sequence: z.string(),
  /** The place of the operation in the list of all, by when it was asked for. A retry has the sequence of its original. */
  place: z.string(),
  targetState: mfaStateSchema,
  reason: z.string(),
  actor: actorSchema,
  /** Whether the caller's roles allowed weakening. */
  mayWeaken: z.boolean(),
  acknowledge: z.array(acknowledgementSchema),
  notify: z.boolean(),
  dryRun: z.boolean(),
  /** The group whose members are changed; null when the users were given. */
  group: z.string().nullable(),
  /** References given; 0 for a group. */
  references: z.number().int(),
  /** Pages of references; null while a group is being expanded. */
  pageCount: z.number().int().nullable(),
  /** Fingerprint of the request, to tell a repetition from another request with the same id. */
  requestHash: z.string(),
  acceptedAt: z.string(),
  cancelRequestedAt: z.string().nullable(),
  canceledBy: actorSchema.nullable(),
});
export type Operation = z.infer<typeof operationSchema>;

/** Small operations travel beside the bulk of larger ones. How large a group is, is not known beforehand. */
export function isExpress(operation: Operation): boolean {
  return operation.group === null && operation.pageCount === 1 && operation.references <= EXPRESS_MAX_REFERENCES;
}

export const operationStatuses = [
  'NotStarted',
  'Running',
  'Succeeded',
  'PartiallySucceeded',
  'Failed',
  'Canceled',
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** Where an operation stands. */
export interface Progress {
  readonly status: OperationStatus;
  readonly counts: OutcomeCounts;
  /** All references so far; grows while a group is being expanded. */
  readonly references: number;
  /** When the last outcome was decided. Null while the operation runs. */
  readonly finishedAt: string | null;
}

export function isTerminal(status: OperationStatus): boolean {
  return status !== 'NotStarted' && status !== 'Running';
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
