import { z } from 'zod';

/**
 * What a sweep does next. Each step is small, and everything that it leaves behind can be left behind again.
 * - `list`: stage a page of all users
 * - `report`: stage a page of the registration report
 * - `ask`: ask for the methods of enabled users, from a lane on; `after` is the last user of the lane who had a turn,
 *   `carried` are users whose answer is still wanted, from this lane or those before it
 * - `follow`: compare the users of a lane with what is known of them, and record what is found
 * - `promote`: ask for the promotion of a part of the users to be promoted
 * - `finish`: remove what was staged, and say what was found
 * - `done`: the next run begins a new sweep
 */
const stepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), page: z.number(), nextLink: z.string().nullable() }),
  z.object({ kind: z.literal('report'), page: z.number(), nextLink: z.string().nullable() }),
  z.object({
    kind: z.literal('ask'),
    lane: z.number(),
    after: z.string(),
    part: z.number(),
    carried: z.array(z.string()),
  }),
  z.object({ kind: z.literal('follow'), lane: z.number() }),
  z.object({ kind: z.literal('promote'), part: z.number() }),
  z.object({ kind: z.literal('finish') }),
  z.object({ kind: z.literal('done') }),
]);
export type Step = z.infer<typeof stepSchema>;
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Numbers of users or entries, by name. */
const tallySchema = z.record(z.string(), z.number());
export type Tally = Readonly<Record<string, number>>;

/** The last sweep that was completed. */
const completedSchema = z.object({
  number: z.number(),
  /** When its listing began: users are shown as they were then, or later. */
  asOf: z.string(),
  /** Users by place: `<state>_<yes|no|unknown>`. */
  users: tallySchema,
});
export type Completed = z.infer<typeof completedSchema>;

/** A pass over all users of the tenant, as far as it has come. Stored after each step. */
export const sweepSchema = z.object({
  version: z.literal(1),
  /** 1 for the first sweep of all. */
  number: z.number(),
  id: z.string(),
  startedAt: z.string(),
  /** When the listing that counts began; lists are begun again when their links expire. */
  listedFrom: z.string(),
  /** 0 for the first listing. Pages that were staged in an earlier one do not count. */
  attempt: z.number(),
  step: stepSchema,
  /** Users whom the tenant lists. */
  listed: z.number(),
  /** Users by place, of the lanes that are done. */
  users: tallySchema,
  /** New entries by event, of the lanes that are done. */
  entries: tallySchema,
  /** Users whose promotion was asked for. */
  promoted: z.number(),
  /** Users to whom a reminder is sent, of the lanes that are done. */
  reminded: z.number().default(0),
  /** Requests to Graph; a batch is one. */
  requests: z.number(),
  /** Time spent at work. */
  workedMs: z.number(),
  /** How often it was taken up again. */
  resumed: z.number(),
  /** Whatever somebody should know about how it went. */
  notes: z.array(z.string()),
  /** Why the last run stopped before the end; null while all is well. */
  problem: z.string().nullable(),
  completed: completedSchema.nullable(),
});
export type Sweep = z.infer<typeof sweepSchema>;

/** A sweep that begins. */
export function newSweep(id: string, now: number, before: Sweep | undefined): Sweep {
  const startedAt = new Date(now).toISOString();
  return {
    version: 1,
    number: (before?.number ?? 0) + 1,
    id,
    startedAt,
    listedFrom: startedAt,
    attempt: 0,
    step: { kind: 'list', page: 0, nextLink: null },
    listed: 0,
    users: {},
    entries: {},
    promoted: 0,
    reminded: 0,
    requests: 0,
    workedMs: 0,
    resumed: 0,
    notes: [],
    problem: null,
    completed: before?.completed ?? null,
  };
}

/** The sweep with its listing begun again. What was recorded stays recorded. */
export function listAgain(sweep: Sweep, now: number): Sweep {
  return {
    ...sweep,
    listedFrom: new Date(now).toISOString(),
    attempt: sweep.attempt + 1,
    step: { kind: 'list', page: 0, nextLink: null },
    listed: 0,
    users: {},
    entries: {},
    reminded: 0,
  };
}

export function withNote(sweep: Sweep, note: string): Sweep {
  return sweep.notes.includes(note) ? sweep : { ...sweep, notes: [...sweep.notes, note].slice(0, MOST_NOTES) };
}

const MOST_NOTES = 20;

/** Adds the numbers of two tallies. */
export function addTally(a: Tally, b: Tally): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
