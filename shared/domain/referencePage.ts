import { z } from 'zod';
import { acknowledgementSchema, mfaStateSchema } from './mfaState.ts';
import { outcomeSchema } from './outcome.ts';
import { type Remark, remarkSchema } from './remark.ts';

/** A page of references as given. */
export const referencePageSchema = z.object({
  references: z.array(z.string()),
  /** Positions in this page of references that repeat an earlier reference of the request. */
  repeated: z.array(z.number()),
  /** What is to be said about some of the references. */
  remarks: z.array(remarkSchema).optional(),
  /** The state of each reference, in their order, when the request has a state for each user; null where it is wrong. */
  states: z.array(mfaStateSchema.nullable()).optional(),
  /** The link to the next page of a group's members; null at the end, and for requests that name users. */
  nextLink: z.string().nullable(),
  /** How often the listing of the group had begun again before this page. */
  restarts: z.number().optional(),
  /** Why the group has no users to change. Then the group itself is the only reference; its outcome is `failed` if absent. */
  missing: z
    .object({
      code: z.string(),
      message: z.string(),
      requestId: z.string().optional(),
      outcome: z.enum(['failed', 'unchanged']).optional(),
    })
    .optional(),
});

export type ReferencePage = z.infer<typeof referencePageSchema>;

/** Why references of a page fail without being looked up, by position. */
export function problemsOf({ remarks = [] }: ReferencePage): ReadonlyMap<number, NonNullable<Remark['problem']>> {
  return new Map(remarks.flatMap(({ position, problem }) => (problem === undefined ? [] : [[position, problem]])));
}

/** The decision of planning about one page of references, in their order: the user of each, or its final outcome. */
export const resolutionSchema = z.object({
  references: z.array(
    z.object({
      id: z.string().optional(),
      outcome: outcomeSchema.optional(),
      /** Whether the change would lower the state that the user had then; missing when it would not. */
      lowers: z.literal(true).optional(),
      /** Whether that would need approval because the account is privileged. Without `lowers`, nothing asks for approval. */
      privileged: z.literal(true).optional(),
    }),
  ),
  /** Facts that a safety check could not read; they are added to each outcome. */
  notes: z.array(z.string()),
  /** Safety checks of the tenant that the caller overrode. */
  overrides: z.array(acknowledgementSchema),
});

export type Resolution = z.infer<typeof resolutionSchema>;

export type ResolvedReference = Resolution['references'][number];
