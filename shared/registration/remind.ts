import type { Settings } from '../config.ts';
import type { ReminderMessage } from '../queues/messages.ts';
import type { RewrittenUser, UserHistory } from './userHistory.ts';

/** When users who are enabled and do not register are reminded. */
export interface RemindRules {
  /** How long a user is enabled before the first reminder. */
  readonly afterMs: number;
  /** How long from one reminder to the next. */
  readonly everyMs: number;
  /** The most reminders for one time of being enabled. */
  readonly most: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** So long may mails that somebody asked for wait behind the reminders of a sweep. */
const MAILBOX_MINUTES = 10;

/** The rules of the settings; undefined when nobody is to be reminded. */
export function remindRules(
  settings: Pick<Settings, 'REMIND_AFTER_DAYS' | 'REMIND_EVERY_DAYS' | 'REMIND_MAX'>,
): RemindRules | undefined {
  if (settings.REMIND_AFTER_DAYS === undefined) return undefined;
  return {
    afterMs: settings.REMIND_AFTER_DAYS * DAY_MS,
    everyMs: settings.REMIND_EVERY_DAYS * DAY_MS,
    most: settings.REMIND_MAX,
  };
}

/** The most reminders of one sweep. Users beyond it have their turn in the next ones. */
export function mostReminders({ NOTIFY_PER_MINUTE }: Pick<Settings, 'NOTIFY_PER_MINUTE'>): number {
  return NOTIFY_PER_MINUTE * MAILBOX_MINUTES;
}

/**
 * The reminder that is due to a user who is enabled and not registered; undefined when none is.
 * @param last the last one that was decided on, of whatever episode
 * @param episode since when the user has been enabled
 */
export function dueReminder(
  last: UserHistory['reminder'],
  episode: string,
  { afterMs, everyMs, most }: RemindRules,
  { now, sweep }: { readonly now: number; readonly sweep: number },
): UserHistory['reminder'] | undefined {
  const before = last?.episode === episode ? last : undefined;
  const dueAt = before === undefined ? Date.parse(episode) + afterMs : Date.parse(before.at) + everyMs;
  const number = (before?.number ?? 0) + 1;
  if (!(now >= dueAt) || number > most) return undefined;
  return { episode, number, at: new Date(now).toISOString(), sweep };
}

/** The message of the reminder that a sweep has decided on when it changed a row, if it has. Always the same. */
export function reminderMessageOf({ row, history: { reminder, changedIn } }: RewrittenUser): ReminderMessage[] {
  if (reminder === null || reminder.sweep !== changedIn) return [];
  const { episode, number, at } = reminder;
  return [{ version: 1, kind: 'reminder', userId: row.id, episode, number, at }];
}
