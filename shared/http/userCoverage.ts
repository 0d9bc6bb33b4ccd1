import { z } from 'zod';
import { invalid } from '../faults.ts';
import type { Coverage, CoverageStore } from '../registration/coverageStore.ts';
import { countMatching, type FacetFilter, listedMethodClasses } from '../users/userFacets.ts';
import { dateTime } from './formats.ts';

const DAY_MS = 24 * 60 * 60_000;
/** The days that are shown without a first day. */
const USUAL_DAYS = 90;
/** The most days in one answer: ten years. */
const MAX_DAYS = 3_660;

const count = (description: string) => z.number().int().describe(description);

/** How the tenant's users were protected on one day. */
export const coverageDaySchema = z.object({
  date: z.string().meta({ format: 'date', description: 'The day (UTC) of the sweep.', examples: ['2026-03-01'] }),
  sweepStartedDateTime: dateTime('When the last sweep of that day began.'),
  users: count('How many users the tenant had.'),
  disabled: count('How many of them were disabled.'),
  enabled: count('How many were enabled.'),
  enforced: count('How many were enforced.'),
  unknown: count('How many had a state that could not be read.'),
  unprotected: count('How many could sign in and were neither enabled nor enforced.'),
  registered: count('How many had a method for MFA.'),
  notRegistered: count('How many had none.'),
  registrationUnknown: count('How many may have one: it is not known.'),
  administrators: count('How many had a directory role, or could activate one.'),
  administratorsWithoutMethod: count('How many of these were known to have no method for MFA.'),
  guests: count('How many were guests.'),
  blocked: count('How many could not sign in.'),
  methods: z
    .object({
      none: count('No method.'),
      phoneOnly: count('Only calls and text messages.'),
      app: count('An authenticator app, one-time codes or an external provider.'),
      certificate: count('A certificate.'),
      passkeyReady: count('A passkey, a security key or Windows Hello.'),
      unknown: count('Not known.'),
    })
    .describe('How many had which strongest method for MFA.'),
});
export type CoverageDay = z.infer<typeof coverageDaySchema>;

export const coverageSchema = z.object({
  value: z.array(coverageDaySchema).describe('The days with a completed sweep, oldest first.'),
});

/**
 * How the protection of users developed: the last sweep of each day.
 * @throws InvalidRequestError when the days are too many, or the first is after the last
 */
export async function readCoverage(
  { fromDateTime, toDateTime }: { readonly fromDateTime?: string; readonly toDateTime?: string },
  { coverage, now }: { readonly coverage: CoverageStore; readonly now: () => number },
): Promise<z.infer<typeof coverageSchema>> {
  const until = toDateTime === undefined ? now() : Date.parse(toDateTime);
  const last = dayOf(until);
  const first = dayOf(fromDateTime === undefined ? until - USUAL_DAYS * DAY_MS : Date.parse(fromDateTime));
  if (first > last) throw refuse('must not be after toDateTime');
  if (Date.parse(last) - Date.parse(first) > MAX_DAYS * DAY_MS)
    throw refuse('must be at most ten years before toDateTime');
  const value: CoverageDay[] = [];
  for await (const { day, coverage: found } of coverage.days(first, last)) value.push(dayView(day, found));
  return { value };
}

function refuse(message: string): Error {
  return invalid([{ code: 'Invalid', message, target: 'fromDateTime' }]);
}

/** The day of a time, in UTC. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function dayView(date: string, { asOf, counts }: Coverage): CoverageDay {
  const of = (filter: FacetFilter): number => countMatching(counts, filter);
  const [none = 0, phoneOnly = 0, app = 0, certificate = 0, passkeyReady = 0, unknown = 0] = listedMethodClasses.map(
    (methodClass) => of({ methodClass: [methodClass] }),
  );
  return {
    date,
    sweepStartedDateTime: asOf,
    users: of({}),
    disabled: of({ state: ['disabled'] }),
    enabled: of({ state: ['enabled'] }),
    enforced: of({ state: ['enforced'] }),
    unknown: of({ state: ['unknown'] }),
    unprotected: of({ state: ['disabled', 'unknown'], accountEnabled: ['true', 'unknown'] }),
    registered: of({ registered: ['true'] }),
    notRegistered: of({ registered: ['false'] }),
    registrationUnknown: of({ registered: ['unknown'] }),
    administrators: of({ administrator: ['true'] }),
    administratorsWithoutMethod: of({ administrator: ['true'], registered: ['false'] }),
    guests: of({ userType: ['Guest'] }),
    blocked: of({ accountEnabled: ['false'] }),
    methods: { none, phoneOnly, app, certificate, passkeyReady, unknown },
  };
}
