import { toDotNetTime } from '../dotNetTime.ts';
import type { Schedule } from './schedule.ts';

/** When a timer ran last, and when it will run next. Undefined is what .NET has as its first day. */
export interface ScheduleStatus {
  readonly last: Date | undefined;
  /** Undefined when the schedule never comes round again. */
  readonly next: Date | undefined;
  readonly lastUpdated: Date | undefined;
}

const NEVER = '0001-01-01T00:00:00';

/** The status in the spelling of the real host: in its storage, and in the payload of a timer. */
export function serialiseStatus({ last, next, lastUpdated }: ScheduleStatus): Record<string, string> {
  const time = (date: Date | undefined): string => (date === undefined ? `${NEVER}+00:00` : toDotNetTime(date));
  return { Last: time(last), Next: time(next), LastUpdated: time(lastUpdated) };
}

/** @throws Error when it is not what {@link serialiseStatus} makes */
export function parseStatus(text: string): ScheduleStatus {
  const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const time = (name: string): Date | undefined => {
    const value = String(json[name]);
    if (value.startsWith(NEVER)) return undefined;
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) throw new Error(`"${value}" is not a time.`);
    return date;
  };
  return { last: time('Last'), next: time('Next'), lastUpdated: time('LastUpdated') };
}

/** The status of a timer that starts: of one that was stored, and its schedule may have changed since. */
export interface StartingStatus {
  readonly status: ScheduleStatus;
  /** Undefined when what is stored is still right. */
  readonly toStore: ScheduleStatus | undefined;
  readonly isPastDue: boolean;
}

/**
 * Whether an occurrence was missed while no host was running. After a change of the schedule, none counts as missed.
 * Like ScheduleMonitor.CheckPastDueAsync in Azure/azure-webjobs-sdk-extensions.
 */
export function startStatus(stored: ScheduleStatus | undefined, schedule: Schedule, now: Date): StartingStatus {
  if (stored === undefined) {
    const status = { last: undefined, next: schedule.next(now), lastUpdated: undefined };
    return { status, toStore: { ...status, lastUpdated: now }, isPastDue: false };
  }
  let expected = schedule.next(stored.last ?? now);
  if (stored.next?.getTime() === expected?.getTime())
    return { status: stored, toStore: undefined, isPastDue: isPast(stored.next, now) };
  let lastUpdated = stored.last ?? now;
  if (isPast(expected, now)) {
    expected = schedule.next(now);
    lastUpdated = now;
  }
  const changed = { last: undefined, next: expected, lastUpdated };
  return { status: changed, toStore: changed, isPastDue: isPast(expected, now) };
}

/** The status after a run. A timer that fires a little early must not find the same occurrence again. */
export function statusAfter(
  before: ScheduleStatus,
  startedAt: Date,
  scheduled: boolean,
  schedule: Schedule,
): ScheduleStatus {
  const early = scheduled && before.next !== undefined && before.next > startedAt;
  const last = early ? (before.next as Date) : startedAt;
  return { last, next: schedule.next(last), lastUpdated: last };
}

function isPast(date: Date | undefined, now: Date): boolean {
  return date !== undefined && now > date;
}
