import type { Settings } from '../config.ts';
import type { ReminderMessage } from '../queues/messages.ts';
import type { RewrittenUser, UserHistory } from './userHistory.ts';

/** When to remind users who are enabled and do not register. */
export interface RemindRules {
  /** From the time when a user was enabled to the first reminder. */
  readonly afterMs: number;
  /** From one reminder to the next. */
  readonly everyMs: number;
  /** The maximum of reminders in one episode, which is a time during which a user is enabled. */
  readonly max: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** The longest that the reminders of a sweep may delay requested mails. */
const MAILBOX_MINUTES = 10;

/** The rules in the settings; undefined when reminders are off. */
export function remindRules(
  settings: Pick<Settings, 'REMIND_AFTER_DAYS' | 'REMIND_EVERY_DAYS' | 'REMIND_MAX'>,
): RemindRules | undefined {
  if (settings.REMIND_AFTER_DAYS === undefined) return undefined;
  return {
    afterMs: settings.REMIND_AFTER_DAYS * DAY_MS,
    everyMs: settings.REMIND_EVERY_DAYS * DAY_MS,
    max: settings.REMIND_MAX,
  };
}

/** The maximum of reminders in one sweep. The next sweeps remind the remaining users. */
export function maxReminders({ NOTIFY_PER_MINUTE }: Pick<Settings, 'NOTIFY_PER_MINUTE'>): number {
  return NOTIFY_PER_MINUTE * MAILBOX_MINUTES;
}

/**
 * The reminder that is due to a user who is enabled and not registered; undefined when none is due.
 * @param last the last reminder, of any episode
 * @param episode since when the user has been enabled, ISO 8601
 */
export function dueReminder(
  last: UserHistory['reminder'],
  episode: string,
  { afterMs, everyMs, max }: RemindRules,
  { now, sweep }: { readonly now: number; readonly sweep: number },
): UserHistory['reminder'] | undefined {
  const before = last?.episode === episode ? last : undefined;
  const dueAt = before === undefined ? Date.parse(episode) + afterMs : Date.parse(before.at) + everyMs;
  const number = (before?.number ?? 0) + 1;
  if (!(now >= dueAt) || number > max) return undefined;
  return { episode, number, at: new Date(now).toISOString(), sweep };
}

/** The message of the reminder that the sweep stored with its last change of the row. The same row gives the same message. */
export function reminderMessageOf({ row, history: { reminder, changedIn } }: RewrittenUser): ReminderMessage[] {
  if (reminder === null || reminder.sweep !== changedIn) return [];
  const { episode, number, at } = reminder;
  return [{ version: 1, kind: 'reminder', userId: row.id, episode, number, at }];
}
