import { z } from 'zod';
import { acknowledgementSchema } from './mfaState.ts';
import { outcomeSchema } from './outcome.ts';

/** A page of references as given. */
export const referencePageSchema = z.object({
  references: z.array(z.string()),
  /** Positions in this page of references that repeat an earlier reference of the request. */
  repeated: z.array(z.number()),
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

/** The decision of planning about one page of references, in their order: the user of each, or its final outcome. */
export const resolutionSchema = z.object({
  references: z.array(z.object({ id: z.string().optional(), outcome: outcomeSchema.optional() })),
  /** Facts that a safety check could not read; they are added to each outcome. */
  notes: z.array(z.string()),
  /** Safety checks of the tenant that the caller overrode. */
  overrides: z.array(acknowledgementSchema),
});

export type Resolution = z.infer<typeof resolutionSchema>;

export type ResolvedReference = Resolution['references'][number];
