import { createHash } from 'node:crypto';
import { z } from 'zod';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { normalizeReference, referenceSchema } from '../domain/userReference.ts';
import { readBody } from '../faults.ts';

/** The maximum number of users in one request. */
export const MAX_REFERENCES = 100_000;

const SAY_WHY = 'give the reason for the audit record';
const reasonSchema = z
  .string({ error: ({ input }) => (input === undefined ? `is missing: ${SAY_WHY}` : undefined) })
  .trim()
  .min(1, `must not be empty: ${SAY_WHY}`)
  .max(500, 'must have at most 500 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters or line breaks');

/** The properties of a request other than the users. */
const optionsSchema = z.strictObject({
  state: mfaStateSchema.meta({ description: 'The state to set.', examples: ['enabled'] }),
  reason: reasonSchema.meta({ description: 'Why. It is kept in the audit record.', examples: ['Onboarding 4711'] }),
  notify: z.boolean().describe('Whether users who are enabled get a mail; false when missing.').optional(),
  dryRun: z.boolean().describe('Find out who would be changed, and change no user; false when missing.').optional(),
  acknowledge: z
    .array(acknowledgementSchema)
    .max(10)
    .describe('Safety checks to override; each is recorded. None when missing.')
    .optional(),
});

export const stateChangeRequestSchema = optionsSchema
  .extend({
    users: z
      .array(referenceSchema)
      .min(1, 'must name at least one user')
      .max(MAX_REFERENCES, `must name at most ${MAX_REFERENCES} users: split the list into several requests`)
      .meta({
        description: 'The users, by object id or user principal name. Give either users or group.',
        examples: [['alice@contoso.com', '8e4f0d72-1c5b-4a96-b3d7-90a2c6e5f118']],
      })
      .optional(),
    group: z
      .guid('must be the object id of a group')
      .meta({
        description: 'The object id of a group: its members are changed, also those in groups within it.',
        examples: ['071cc716-8147-4397-a5ba-b2105951cc0b'],
      })
      .optional(),
  })
  .refine(({ users, group }) => (users === undefined) !== (group === undefined), {
    error: 'must be set, or "group" instead, but not both',
    path: ['users'],
  });

type Sent = z.infer<typeof stateChangeRequestSchema>;
/** The request of a caller, with defaults for omitted properties. */
export type StateChangeRequest = Sent & Required<Pick<Sent, 'notify' | 'dryRun' | 'acknowledge'>>;

/**
 * Reads the body of a request.
 * @throws InvalidRequestError with the first 100 faults by position
 */
export function readStateChangeRequest(body: unknown): StateChangeRequest {
  const { notify = false, dryRun = false, acknowledge = [], ...request } = readBody(stateChangeRequestSchema, body);
  return { ...request, notify, dryRun, acknowledge: [...new Set(acknowledge)].sort() };
}

// As it stands in a query, it is text; clients see the boolean that it stands for.
const trueOrFalse = z.stringbool({ truthy: ['true'], falsy: ['false'] }).meta({ type: 'boolean' });

/** The properties of a CSV request in the query, which are texts. */
export const csvOptionsSchema = z.strictObject({
  state: mfaStateSchema,
  reason: reasonSchema,
  notify: trueOrFalse,
  dryRun: trueOrFalse,
  acknowledge: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(acknowledgementSchema).max(10)),
});

/** A fingerprint that is the same for requests that ask for the same, however they are written. */
export function hashRequest(request: StateChangeRequest): string {
  const { users, group, ...options } = request;
  const hash = createHash('sha256').update(JSON.stringify({ ...options, group: group?.toLowerCase() }, sortKeys));
  for (const user of users ?? []) hash.update(`\n${normalizeReference(user)}`);
  return hash.digest('base64url');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
