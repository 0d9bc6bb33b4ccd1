import { z } from 'zod';
import { oneAtATime } from '../oneAtATime.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow } from '../tables/versionedRow.ts';

const HOUR_MS = 60 * 60_000;
/** Any 24 hours touch at most this many whole hours. */
const HOURS_LOOKED_AT = 25;
/** How much later than reserved a mail may start. A sender that is later must reserve again. */
export const MAIL_LATE_MS = 2_000;
/** How long the request may then take to reach Graph. */
const TRAVEL_MS = 1_000;
/** Bulk mails take a time only when it is this near, so that an urgent mail never waits behind many of them. */
const BULK_LOOKS_AHEAD_MS = 10_000;
/** The share of a day that bulk mails leave for urgent ones. */
const URGENT_SHARE_OF_DAY = 0.05;
/**
 * The longest that one answer of Graph holds all mails. The next mail then asks again: a longer wait may have been about one
 * mail, or about limits that have changed.
 */
const LONGEST_HOLD_MS = 15 * 60_000;

/** The limits of one mailbox (Exchange Online limits: 30 messages a minute, 10,000 recipients a day). */
export interface MailLimit {
  readonly perMinute: number;
  readonly perDay: number;
}

/** Mails to the users of a small operation are urgent; those of large operations, and reminders, are bulk. */
export type MailPriority = 'urgent' | 'bulk';

/** The turn of a mail. */
export interface MailTurn {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the mail may start at that time; false when it must ask again then. */
  readonly isReserved: boolean;
}

/** Says when mails of one mailbox may start. */
export interface MailPacer {
  /** Reserves the next time for an urgent mail. A bulk mail gets it when it is near, else a time to ask again. */
  reserve(priority: MailPriority): Promise<MailTurn>;
  /** No mail may start before this time, because Graph asked to wait. A quarter of an hour at most. */
  holdUntil(time: number): Promise<void>;
}

const stateSchema = z.object({
  /** When the next mail may start. */
  next: z.number(),
  /** When the next bulk mail that must wait asks again. */
  bulk: z.number().default(0),
  /** Mails by hour since 1970, of the last day. */
  hours: z.array(z.tuple([z.number(), z.number()])),
});
type State = z.infer<typeof stateSchema>;

/**
 * Keeps all instances together below the limits of a mailbox. Mails are evenly spaced for the limit a minute, and
 * counted by the hour for the limit a day. One row (table `quota`) holds both; a mail is reserved by writing it on the
 * version read. Urgent mails take the next time. Bulk mails line up, each with a time to ask again, and do not take times
 * far ahead.
 */
export function mailPacer(open: OpenTable, { perMinute, perDay }: MailLimit, now: () => number): MailPacer {
  // As many mails as fit into a minute whose first mails start late and whose last ones do not.
  const spacingMs = Math.floor((60_000 + MAIL_LATE_MS + TRAVEL_MS) / perMinute) + 1;
  const bulkPerDay = Math.max(1, Math.floor(perDay * (1 - URGENT_SHARE_OF_DAY)));
  const key = { partitionKey: 'mail', rowKey: 'mailbox' };

  const inTurn = oneAtATime();

  async function change<T>(decide: (state: State) => { readonly state: State; readonly result: T }): Promise<T> {
    return changeRow(await open('quota'), key, (row) => {
      const before =
        row === undefined ? { next: 0, bulk: 0, hours: [] } : stateSchema.parse(JSON.parse(String(row.state)));
      const { state, result } = decide(before);
      return { columns: { state: JSON.stringify(state) }, result };
    });
  }

  return {
    reserve: (priority) =>
      inTurn(() =>
        change((state): { state: State; result: MailTurn } => {
          const { next, bulk, hours } = state;
          const free = Math.max(now(), next);
          const at = withinDay(free, hours, priority === 'urgent' ? perDay : bulkPerDay);
          if (priority === 'bulk' && at - now() > BULK_LOOKS_AHEAD_MS) {
            const later = Math.max(at, bulk);
            return { state: { ...state, bulk: later + spacingMs }, result: { at: later, isReserved: false } };
          }
          const taken = { ...state, next: at + spacingMs, hours: counted(hours, at) };
          return { state: taken, result: { at, isReserved: true } };
        }),
      ),
    holdUntil: (time) =>
      inTurn(() =>
        change((state) => {
          const until = Math.min(time, now() + LONGEST_HOLD_MS);
          return { state: { ...state, next: Math.max(state.next, until) }, result: undefined };
        }),
      ),
  };
}

/** The first time, from `at` on, at which the day has room for one more mail. */
function withinDay(at: number, hours: State['hours'], perDay: number): number {
  for (let start = at; ; start = (Math.floor(start / HOUR_MS) + 1) * HOUR_MS) {
    const hour = Math.floor(start / HOUR_MS);
    const sent = hours.reduce((sum, [one, count]) => (one > hour - HOURS_LOOKED_AT ? sum + count : sum), 0);
    if (sent < perDay) return start;
  }
}

function counted(hours: State['hours'], at: number): State['hours'] {
  const hour = Math.floor(at / HOUR_MS);
  const kept = hours.filter(([one]) => one > hour - HOURS_LOOKED_AT && one !== hour);
  const before = hours.find(([one]) => one === hour)?.[1] ?? 0;
  return [...kept, [hour, before + 1]];
}
