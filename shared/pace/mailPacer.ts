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

/** The limits of one mailbox (Exchange Online limits: 30 messages a minute, 10,000 recipients a day). */
export interface MailLimit {
  readonly perMinute: number;
  readonly perDay: number;
}

/** Says when mails of one mailbox may start. */
export interface MailPacer {
  /** Reserves one mail and returns the time, in milliseconds since 1970, at which it may start. */
  reserve(): Promise<number>;
  /** No mail may start before this time, because Graph asked to wait. */
  holdUntil(time: number): Promise<void>;
}

const stateSchema = z.object({
  /** When the next mail may start. */
  next: z.number(),
  /** Mails by hour since 1970, of the last day. */
  hours: z.array(z.tuple([z.number(), z.number()])),
});
type State = z.infer<typeof stateSchema>;

/**
 * Keeps all instances together below the limits of a mailbox. Mails are evenly spaced for the limit a minute, and
 * counted by the hour for the limit a day. One row (table `quota`) holds both; a mail is reserved by writing it on the
 * version read.
 */
export function mailPacer(open: OpenTable, { perMinute, perDay }: MailLimit, now: () => number): MailPacer {
  // As many mails as fit into a minute whose first mails start late and whose last ones do not.
  const spacingMs = Math.floor((60_000 + MAIL_LATE_MS + TRAVEL_MS) / perMinute) + 1;
  const key = { partitionKey: 'mail', rowKey: 'mailbox' };

  const inTurn = oneAtATime();

  async function change<T>(decide: (state: State) => { readonly state: State; readonly result: T }): Promise<T> {
    return changeRow(await open('quota'), key, (row) => {
      const before = row === undefined ? { next: 0, hours: [] } : stateSchema.parse(JSON.parse(String(row.state)));
      const { state, result } = decide(before);
      return { columns: { state: JSON.stringify(state) }, result };
    });
  }

  return {
    reserve: () =>
      inTurn(() =>
        change(({ next, hours }) => {
          const at = withinDay(Math.max(now(), next), hours, perDay);
          return { state: { next: at + spacingMs, hours: counted(hours, at) }, result: at };
        }),
      ),
    holdUntil: (time) =>
      inTurn(() => change((state) => ({ state: { ...state, next: Math.max(state.next, time) }, result: undefined }))),
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
