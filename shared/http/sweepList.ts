import { z } from 'zod';
import type { StartedSweep } from '../registration/startSweep.ts';
import { sumOf } from '../registration/sweep.ts';
import { type SweepReport, type SweepStore, sweepKeySchema, sweepStatuses } from '../registration/sweepStore.ts';
import { dateTime, dateTimeOrNull } from './formats.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';
import { countsOf, userCountSchema } from './userSummary.ts';

const PAGE_SIZE = 20;
const positionSchema = z.tuple([sweepKeySchema]);

/** The report of a registration sweep. */
export const sweepViewSchema = z.object({
  sweep: z.number().int().describe('Number of the sweep; 1 for the first of all.'),
  status: z.enum(sweepStatuses).describe('The next invocation of the timer continues a failed sweep.'),
  startedDateTime: dateTime('When it began.'),
  finishedDateTime: dateTimeOrNull('When it ended; null until then.'),
  step: z.string().nullable().describe('The next step; null when the sweep has finished.'),
  listedUsers: z.number().int().describe('Users that were looked at.'),
  expectedUsers: z
    .number()
    .int()
    .nullable()
    .describe('About as many users it will look at: those of the last completed sweep; null for the first sweep.'),
  users: z.array(userCountSchema).describe('Users by state and registration.'),
  entries: z.record(z.string(), z.number().int()).describe('New audit entries, by event.'),
  promotedUsers: z.number().int().describe('Users whose promotion to enforced was asked for.'),
  remindedUsers: z.number().int().describe('Users who get a reminder because they have not registered.'),
  graphRequests: z.number().int().describe('Requests to Microsoft Graph.'),
  seconds: z.number().describe('Time spent at work, in seconds.'),
  resumed: z.number().int().describe('How often it was continued after it had stopped.'),
  notes: z.array(z.string()).describe('What to know of its figures, such as facts that it could not get.'),
  problem: z.string().nullable().describe('Why it stopped before the end the last time; null when it did not.'),
});
export type SweepView = z.infer<typeof sweepViewSchema>;

/** The answer to a request that starts a sweep. */
export const sweepStartSchema = z.object({
  sweep: z.number().int().describe('Number of the sweep, as in the list of sweeps.'),
  isNew: z.boolean().describe('Whether this request begins a sweep; false when one was under way, which continues.'),
  startedDateTime: dateTimeOrNull('When it began; null when it has not begun yet.'),
  step: z.string().nullable().describe('Its next step; null when it has not begun yet.'),
  listedUsers: z.number().int().describe('Users that it has looked at.'),
  expectedUsers: z
    .number()
    .int()
    .nullable()
    .describe('About as many users it will look at: those of the last completed sweep; null when there was none.'),
});
export type SweepStartView = z.infer<typeof sweepStartSchema>;

/** A sweep that a request has started or found under way, with its progress. */
export async function sweepStartView(
  { number, isUnderWay }: StartedSweep,
  sweeps: Pick<SweepStore, 'newestFirst' | 'completed'>,
): Promise<SweepStartView> {
  const { users } = (await sweeps.completed()) ?? {};
  const expectedUsers = users === undefined ? null : sumOf(users);
  const begun = isUnderWay ? await reportOf(number, sweeps) : undefined;
  const { startedAt = null, step = null, listed = 0 } = begun ?? {};
  return { sweep: number, isNew: !isUnderWay, startedDateTime: startedAt, step, listedUsers: listed, expectedUsers };
}

async function reportOf(number: number, sweeps: Pick<SweepStore, 'newestFirst'>): Promise<SweepReport | undefined> {
  for await (const { report } of sweeps.newestFirst('', 1)) return report.sweep === number ? report : undefined;
  return undefined;
}

/** A page of the sweeps, newest first, and the link to the next page. */
export async function listSweeps(
  page: string | undefined,
  sweeps: SweepStore,
  baseUrl: string,
): Promise<{ value: SweepView[]; nextLink?: string }> {
  const list: ListQuery = { list: 'sweeps', filters: {} };
  const [after] = readPageToken(list, page, positionSchema) ?? [];
  const value: SweepView[] = [];
  let last = '';
  for await (const { key, report } of sweeps.newestFirst(after, PAGE_SIZE + 1)) {
    if (value.length === PAGE_SIZE) return { value, nextLink: nextPage(`${baseUrl}/sweeps`, list, [last]) };
    value.push(viewOf(report));
    last = key;
  }
  return { value };
}

function viewOf(report: SweepReport): SweepView {
  const { startedAt, finishedAt, listed, expected, promoted, reminded, requests, users, ...rest } = report;
  return {
    ...rest,
    startedDateTime: startedAt,
    finishedDateTime: finishedAt,
    listedUsers: listed,
    expectedUsers: expected,
    users: countsOf(users),
    promotedUsers: promoted,
    remindedUsers: reminded,
    graphRequests: requests,
  };
}
