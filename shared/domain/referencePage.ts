import { z } from 'zod';
import { acknowledgementSchema } from './mfaState.ts';
import { outcomeSchema } from './outcome.ts';

/** A page of references as given. */
export const referencePageSchema = z.object({
  references: z.array(z.string()),
  /** Positions in this page of references that stand earlier in the request, letter for letter. */
  repeated: z.array(z.number()),
  /** Where the listing of a group goes on; null at its end, and for users who were given. */
  nextLink: z.string().nullable(),
  /** Why the group has no members to list. Then the group itself is the only reference. */
  missing: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type ReferencePage = z.infer<typeof referencePageSchema>;

/** What planning decided about one page of references, in their order: which user it is, or its outcome for good. */
export const resolutionSchema = z.object({
  references: z.array(z.object({ id: z.string().optional(), outcome: outcomeSchema.optional() })),
  /** Facts that a guard could not have, told with each outcome. */
  notes: z.array(z.string()),
  /** Guards of the tenant that the caller overrode. */
  overrides: z.array(acknowledgementSchema),
});

export type Resolution = z.infer<typeof resolutionSchema>;

export type ResolvedReference = Resolution['references'][number];
