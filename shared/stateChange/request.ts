import { createHash } from 'node:crypto';
import { z } from 'zod';
import { acknowledgementSchema, mfaStateSchema } from '../domain/mfaState.ts';
import { normalizeReference, referenceSchema } from '../domain/userReference.ts';
import { type ErrorDetail, InvalidRequestError } from '../errors.ts';
import { safeToEcho } from '../safeToEcho.ts';

/** The maximum number of users in one request. */
export const MAX_REFERENCES = 100_000;
/** The maximum number of faults that an answer lists. */
const MAX_DETAILS = 100;

const reasonSchema = z
  .string()
  .trim()
  .min(1, 'say why: the reason is kept in the audit record')
  .max(500, 'must have at most 500 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters or line breaks');

/** The properties of a request other than the users. */
const optionsSchema = z.strictObject({
  state: mfaStateSchema,
  reason: reasonSchema,
  notify: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  acknowledge: z.array(acknowledgementSchema).max(10).default([]),
});

export const stateChangeRequestSchema = optionsSchema
  .extend({
    users: z
      .array(referenceSchema)
      .min(1, 'name at least one user')
      .max(MAX_REFERENCES, `name at most ${MAX_REFERENCES} users`)
      .optional(),
    group: z.guid('must be the object id of a group').optional(),
  })
  .refine(({ users, group }) => (users === undefined) !== (group === undefined), {
    error: 'name either "users" or a "group", not both and not none',
    path: ['users'],
  });

/** What a caller asks for. */
export type StateChangeRequest = z.infer<typeof stateChangeRequestSchema>;

/**
 * Reads the body of a request.
 * @throws InvalidRequestError with the first 100 faults by position
 */
export function readStateChangeRequest(body: unknown): StateChangeRequest {
  const result = stateChangeRequestSchema.safeParse(body);
  if (result.success) return { ...result.data, acknowledge: [...new Set(result.data.acknowledge)].sort() };
  throw invalid(result.error.issues.flatMap(toDetails));
}

/** The properties of a CSV request other than the users: text from the query. */
export const csvOptionsSchema = z.strictObject({
  state: mfaStateSchema,
  reason: reasonSchema,
  notify: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  dryRun: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  acknowledge: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(acknowledgementSchema).max(10))
    .default([]),
});

/** Turns the faults that a schema found into details of an error. They do not repeat what the caller sent. */
export function toDetails(issue: z.core.$ZodIssue): ErrorDetail[] {
  const target = pathText(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'UnknownProperty',
      message: 'is not a property of this request',
      target: pathText([...issue.path, safeToEcho(key)]),
    }));
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ code: missing ? 'Missing' : 'Invalid', message: issue.message, ...(target === '' ? {} : { target }) }];
}

export function invalid(details: readonly ErrorDetail[]): InvalidRequestError {
  const [first] = details;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new InvalidRequestError(
    `The request is not valid: ${[first?.target, first?.message].filter(Boolean).join(' ')}${more}`,
    { ...(first?.target === undefined ? {} : { target: first.target }), details: details.slice(0, MAX_DETAILS) },
  );
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

/** A fingerprint that is equal for requests with the same meaning, however they are written. */
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
