import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type Acknowledgement,
  acknowledgementSchema,
  type MfaState,
  mfaStateSchema,
  mfaStates,
} from '../domain/mfaState.ts';
import { failingOf, isMostlyInvalid, type NamedUsers, notesOn, readUserList } from '../domain/namedUsers.ts';
import { normalizeReference, REFERENCE_MAX_LENGTH } from '../domain/userReference.ts';
import { invalid, readBody } from '../faults.ts';
import { readUserFile } from '../userFile/readUserFile.ts';

/** The maximum number of users in one request. */
export const MAX_REFERENCES = 100_000;

/** The longest name of a column, in characters. */
const COLUMN_MAX_LENGTH = 100;

const SAY_WHY = 'give the reason for the audit record';
/** C1 controls, halves of surrogate pairs, and code points that are no characters: CSV and mails cannot carry them. */
const NO_TEXT = /[\u0080-\u009f\p{Cs}\p{Noncharacter_Code_Point}]/u;
/** Forms send reasons of several lines. They are kept, with one kind of line end. */
export const reasonSchema = z
  .string({ error: ({ input }) => (input === undefined ? `is missing: ${SAY_WHY}` : undefined) })
  .trim()
  .overwrite((text) => text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n'))
  .min(1, `must not be empty: ${SAY_WHY}`)
  .max(500, 'must have at most 500 characters')
  .regex(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/,
    'must not contain control characters other than line breaks and tabs',
  )
  .refine(
    (text) => !NO_TEXT.test(text),
    'must not contain control characters other than line breaks and tabs, or halves of characters',
  );

const LONGEST_EXCEPTION_MS = 366 * 24 * 60 * 60_000;
/** The end of an exception, in UTC. */
const untilSchema = z.string().pipe(
  z.iso
    .datetime({ offset: true, abort: true, error: 'must be a time with its offset, such as 2030-01-31T18:00:00Z' })
    .refine((text) => Date.parse(text) > Date.now() && Date.parse(text) < Date.now() + LONGEST_EXCEPTION_MS, {
      error: 'must be in the future, within a year',
      abort: true,
    })
    .overwrite((text) => new Date(text).toISOString()),
);

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
  untilDateTime: untilSchema
    .meta({
      format: 'date-time',
      description:
        'When lowered states end: then the service asks for the states from before. A time with an offset, within a year.',
      examples: ['2030-01-31T18:00:00Z'],
    })
    .optional(),
});

/** An entry of `users`. The contract says text; an entry of another type fails by itself, as any wrong text does. */
const entrySchema = z.unknown().meta({ type: 'string', maxLength: REFERENCE_MAX_LENGTH });

export const stateChangeRequestSchema = optionsSchema
  .extend({
    users: z
      .array(entrySchema)
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
  })
  .refine(
    ({ untilDateTime, state, acknowledge = [] }) => untilDateTime === undefined || mayLowerTo(state, acknowledge),
    {
      error: 'is for lowered states only: set "state" to disabled, or to enabled with "acknowledge": ["weaken"]',
      path: ['untilDateTime'],
    },
  );

function mayLowerTo(state: MfaState, acknowledge: readonly Acknowledgement[]): boolean {
  return state === 'disabled' || (state === 'enabled' && acknowledge.includes('weaken'));
}

type Defaulted = 'notify' | 'dryRun' | 'acknowledge';
type Sent = Omit<z.infer<typeof stateChangeRequestSchema>, 'users'>;
/** The request of a caller, with defaults for omitted properties. */
export interface StateChangeRequest
  extends Omit<Sent, Defaulted>,
    Required<Pick<Sent, Defaulted>>,
    Partial<NamedUsers> {
  /** What the caller should know about how the request was read. */
  readonly notes?: readonly string[];
}

/**
 * Reads the body of a request.
 * @throws InvalidRequestError with the first 100 faults by position
 */
export function readStateChangeRequest(body: unknown): StateChangeRequest {
  const { users, ...options } = readBody(stateChangeRequestSchema, body);
  if (users === undefined) return withDefaults(options);
  const named = readUserList(users);
  if (isMostlyInvalid(named))
    throw invalid(
      failingOf(named.remarks).map(({ index }) => ({
        code: 'Invalid',
        message: 'must be an object id or a user principal name',
        target: `users[${index}]`,
      })),
    );
  return { ...withDefaults(options), ...used(named), ...noted(notesOn(named.remarks)) };
}

/**
 * Reads a request whose users are in a file (`readUserFile.ts`), and maybe their states.
 * @param options the other properties of the request
 * @throws InvalidRequestError
 */
export async function readCsvRequest(
  bytes: Uint8Array,
  { column, ...options }: CsvOptions,
): Promise<StateChangeRequest> {
  const { notes, ...named } = await readUserFile(bytes, { column, state: options.state });
  const { states = [] } = named;
  // Of the strongest state: it is what stands for all where only one has room.
  const strongest = mfaStates.findLast((state) => states.includes(state));
  const state = options.state ?? strongest;
  if (state === undefined) throw invalid([STATE_MISSING]);
  const { users, ...read } = readBody(stateChangeRequestSchema, {
    ...options,
    state,
    users: named.users,
  });
  return { ...withDefaults(read), ...used(named), ...noted(notes) };
}

const STATE_MISSING = {
  code: 'Missing',
  message:
    'is missing: give the state for all users, or a column "MFA status" or "state" in which each user has disabled, enabled or enforced',
  target: 'state',
};

function withDefaults({ notify = false, dryRun = false, acknowledge = [], ...request }: Sent): StateChangeRequest {
  return { ...request, notify, dryRun, acknowledge: [...new Set(acknowledge)].sort() };
}

/** Without what is empty, and with states only if there are several. */
function used({ users, remarks, states = [] }: NamedUsers): Partial<NamedUsers> {
  const distinct = new Set(states.filter((state) => state !== null));
  return { users, ...(remarks.length === 0 ? {} : { remarks }), ...(distinct.size < 2 ? {} : { states }) };
}

function noted(notes: readonly string[]): Pick<StateChangeRequest, 'notes'> {
  return notes.length === 0 ? {} : { notes };
}

/** Users with a state for each, as a request has them: one state where all have the same. */
export function withStates(
  users: readonly string[],
  states: readonly MfaState[],
): Pick<StateChangeRequest, 'state' | 'users' | 'states'> {
  const strongest = mfaStates.findLast((state) => states.includes(state)) ?? 'enabled';
  return { state: strongest, ...used({ users: [...users], states: [...states], remarks: [] }) };
}

/** Every state that a request asks for. */
export function statesOf({ state, states }: Pick<StateChangeRequest, 'state' | 'states'>): readonly MfaState[] {
  return states === undefined ? [state] : mfaStates.filter((one) => states.includes(one));
}

// As it stands in a query, it is text; clients see the boolean that it stands for.
const trueOrFalse = z.stringbool({ truthy: ['true'], falsy: ['false'] }).meta({ type: 'boolean' });

/** The properties of a CSV request in the query, which are texts. */
export const csvOptionsSchema = z.strictObject({
  state: mfaStateSchema,
  column: z.string().max(COLUMN_MAX_LENGTH),
  reason: reasonSchema,
  notify: trueOrFalse,
  dryRun: trueOrFalse,
  untilDateTime: untilSchema,
  acknowledge: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(acknowledgementSchema).max(10)),
});

/** What stands beside the users of a CSV file. What is missing or wrong is found when the request is read. */
export type CsvOptions = {
  readonly [Name in keyof z.output<typeof csvOptionsSchema>]?: z.output<typeof csvOptionsSchema>[Name] | undefined;
};

/** A fingerprint that is the same for requests that ask for the same, however they are written. */
export function hashRequest(request: StateChangeRequest): string {
  const { users, states, group, remarks: _, notes: __, ...options } = request;
  const hash = createHash('sha256').update(JSON.stringify({ ...options, group: group?.toLowerCase() }, sortKeys));
  for (const [position, user] of (users ?? []).entries())
    hash.update(`\n${normalizeReference(user)}${states === undefined ? '' : ` ${states[position]}`}`);
  return hash.digest('base64url');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
