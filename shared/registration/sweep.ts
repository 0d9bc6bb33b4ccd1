import { z } from 'zod';

/** The part of the snapshot that is written: the next row, the counts, and where the merge of the runs continues. */
const writtenSchema = z.object({
  part: z.number(),
  counts: z.record(z.string(), z.number()),
  pages: z.array(z.number()),
  after: z.string(),
});

/**
 * The next step of a sweep. Each step is small and can be repeated.
 * - `list`: stage a page of all users
 * - `states`: read the states that the list does not show, from a lane on; `after` is the last user read in the lane
 * - `promotions`: look for users whose promotion was refused; `part` promotions have not ended, `page` were staged
 * - `report`: stage a page of the registration report
 * - `trail`: stage a page of the audit log of Entra
 * - `ask`: read the methods of enabled users, from a lane on; `after` is the last user read in the lane, `carried` are
 *   users of this lane or earlier ones who were not read yet
 * - `follow`: compare the users of a lane with their stored rows, and record the findings
 * - `promote`: request the promotion of a part of the users
 * - `finish`: write a part of the snapshot; at its end, remove the staged pages, and send an event about stuck users
 * - `done`: the next invocation begins a new sweep
 */
const stepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), page: z.number(), nextLink: z.string().nullable() }),
  z.object({ kind: z.literal('states'), lane: z.number(), after: z.string(), part: z.number() }),
  z.object({ kind: z.literal('promotions'), part: z.number(), page: z.number() }),
  z.object({ kind: z.literal('report'), page: z.number(), nextLink: z.string().nullable() }),
  z.object({ kind: z.literal('trail'), page: z.number(), nextLink: z.string().nullable() }),
  z.object({
    kind: z.literal('ask'),
    lane: z.number(),
    after: z.string(),
    part: z.number(),
    carried: z.array(z.string()),
  }),
  z.object({ kind: z.literal('follow'), lane: z.number() }),
  z.object({ kind: z.literal('promote'), part: z.number() }),
  z.object({ kind: z.literal('finish'), snapshot: writtenSchema.optional() }),
  z.object({ kind: z.literal('done') }),
]);
export type Step = z.infer<typeof stepSchema>;
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** Numbers of users or entries, by name. */
const tallySchema = z.record(z.string(), z.number());
export type Tally = Readonly<Record<string, number>>;

/** The last completed sweep. */
const completedSchema = z.object({
  number: z.number(),
  /** When its listing began, ISO 8601: users are shown as they were then, or later. */
  asOf: z.string(),
  /** Users by state and registration: `<state>_<yes|no|unknown>`. */
  users: tallySchema,
  /** The ids of the newest snapshots, newest first; empty until this version has completed a sweep. */
  snapshots: z.array(z.string()).default([]),
  /** Like `asOf`, for the last sweep that could read the audit log of Entra; missing when there is none. */
  auditedFrom: z.string().optional(),
  /** Like `asOf`, for the last sweep whose list was complete; missing when there is none. */
  confirmedFrom: z.string().optional(),
});
export type Completed = z.infer<typeof completedSchema>;

/** A pass over all users of the tenant, and its progress. Stored after each step. */
export const sweepSchema = z.object({
  version: z.literal(1),
  /** 1 for the first sweep ever. */
  number: z.number(),
  id: z.string(),
  startedAt: z.string(),
  /** When the current listing began; a listing starts again when its links expire. */
  listedFrom: z.string(),
  /** 0 for the first listing. Pages that an earlier listing staged count only when the list is incomplete. */
  attempt: z.number(),
  /** Whether users may be missing in the list, so that a user who is not in it may still exist. */
  isIncomplete: z.boolean().default(false),
  /** Users whose state the list does not show. */
  withoutState: z.number().default(0),
  step: stepSchema,
  /** Users in the tenant's list. */
  listed: z.number(),
  /** Users of the last completed sweep: about as many as this one will list. Null for the first sweep. */
  expected: z.number().nullable().default(null),
  /** Users by state and registration, in the finished lanes. */
  users: tallySchema,
  /** The lanes whose users are staged for the snapshot, and the runs in which they are, such as `00-03`. */
  sortedLanes: z.number().default(0),
  sortedRuns: z.array(z.string()).default([]),
  /** New entries by event, from the finished lanes. */
  entries: tallySchema,
  /** Users whose promotion was requested. */
  promoted: z.number(),
  /** Promotions of this sweep and earlier ones whose refusals were not looked at yet, and when they were requested. */
  openPromotions: z.array(z.object({ operationId: z.string(), at: z.string() })).default([]),
  /** Users who get a reminder, in the finished lanes. */
  reminded: z.number().default(0),
  /** Whether the audit log of Entra can be read. */
  isTrailRead: z.boolean().default(true),
  /** Requests to Graph; a batch is one. */
  requests: z.number(),
  /** Working time of all invocations. */
  workedMs: z.number(),
  /** How many invocations continued this sweep. */
  resumed: z.number(),
  /** Remarks for administrators. */
  notes: z.array(z.string()),
  /** Why the last invocation stopped before the end; null without a problem. */
  problem: z.string().nullable(),
  /** Before this time, only the timer continues the sweep. Milliseconds since 1970. */
  pausedUntil: z.number().default(0),
  completed: completedSchema.nullable(),
});
export type Sweep = z.infer<typeof sweepSchema>;

/**
 * A new sweep.
 * @param before the last sweep
 */
export function newSweep(
  id: string,
  now: number,
  before: (Pick<Sweep, 'number' | 'completed'> & Partial<Pick<Sweep, 'openPromotions'>>) | undefined,
): Sweep {
  const startedAt = new Date(now).toISOString();
  return {
    version: 1,
    number: (before?.number ?? 0) + 1,
    id,
    startedAt,
    listedFrom: startedAt,
    attempt: 0,
    isIncomplete: false,
    withoutState: 0,
    step: { kind: 'list', page: 0, nextLink: null },
    listed: 0,
    expected: before?.completed ? sumOf(before.completed.users) : null,
    users: {},
    sortedLanes: 0,
    sortedRuns: [],
    entries: {},
    promoted: 0,
    openPromotions: before?.openPromotions ?? [],
    reminded: 0,
    isTrailRead: true,
    requests: 0,
    workedMs: 0,
    resumed: 0,
    notes: [],
    problem: null,
    pausedUntil: 0,
    completed: before?.completed ?? null,
  };
}

/** Starts the listing again. The pages that were staged stay, for the case that no listing comes to its end. */
export function listAgain(sweep: Sweep, now: number): Sweep {
  return {
    ...sweep,
    listedFrom: new Date(now).toISOString(),
    attempt: sweep.attempt + 1,
    step: { kind: 'list', page: 0, nextLink: null },
    listed: 0,
    withoutState: 0,
  };
}

export function withNote(sweep: Sweep, note: string): Sweep {
  return sweep.notes.includes(note) ? sweep : { ...sweep, notes: [...sweep.notes, note].slice(0, MAX_NOTES) };
}

const MAX_NOTES = 20;

/** The sum of a tally's numbers. */
export function sumOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** Adds the numbers of two tallies. */
export function addTally(a: Tally, b: Tally): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
