import { z } from 'zod';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { outcomeKinds, outcomeMeanings } from '../domain/outcome.ts';
import type { OperationItem } from '../operations/items.ts';
import { dateTime, uuidOrNull } from './formats.ts';

const meanings = outcomeKinds.map((kind) => `${kind}: ${outcomeMeanings[kind]}`).join('. ');

/** One user of an operation with the result, in the API. */
export const operationItemViewSchema = z.object({
  reference: z.string().describe('The user as the request named them.'),
  userId: uuidOrNull("The user's object id; null while it is not known, and for a name that no user has."),
  outcome: z.enum(outcomeKinds).describe(`The result for the user. ${meanings}.`),
  detail: z
    .object({
      decidedDateTime: dateTime('When the outcome was decided; for applied, when Microsoft Graph acknowledged it.'),
      from: mfaStateSchema.describe('The state before.').optional(),
      to: mfaStateSchema.describe('The state that was asked for.').optional(),
      code: z.string().describe('Why, as a stable word for programs.').optional(),
      message: z.string().describe('Why, and what to do, for people.').optional(),
      requestId: z
        .string()
        .describe(
          "Microsoft Graph's request id of the write, or of the refusal; missing when the write was confirmed by reading.",
        )
        .optional(),
      overrides: z
        .array(acknowledgementSchema)
        .describe('Safety checks that the caller overrode and that would have blocked the change otherwise.')
        .optional(),
      supersededBy: z.string().describe('The operation that changed the user later.').optional(),
    })
    .nullable()
    .describe('More about the outcome; null while it is pending.'),
  targetState: mfaStateSchema.describe('The state to set, where the request has a state for each user.').optional(),
  line: z
    .number()
    .int()
    .describe('The line of the file, from 1, where the reference was cleaned or cannot be used.')
    .optional(),
  index: z
    .number()
    .int()
    .describe('The index in users, from 0, where the reference was cleaned or cannot be used.')
    .optional(),
  given: z.string().describe('The text of the request, where the reference was cleaned.').optional(),
  notes: z.array(z.string()).readonly().describe('Facts that a safety check could not get.'),
});
export type OperationItemView = Readonly<z.infer<typeof operationItemViewSchema>>;

export function operationItemView({ detail, isInvalid: __, ...item }: OperationItem): OperationItemView {
  if (detail === null) return { ...item, detail };
  const { at, userName: _, ...rest } = detail;
  return { ...item, detail: { decidedDateTime: at, ...rest } };
}
