import { Cron } from 'croner';
import { looksLikeTimeSpan, parseTimeSpan } from '../timeSpan.ts';

/** When a timer fires. */
export interface Schedule {
  /** The first occurrence after that time; undefined when there is none. */
  next(after: Date): Date | undefined;
  /** Goes into the payload as it is in the real host: true for NCRONTAB, false for a constant interval. */
  readonly adjustForDaylightSaving: boolean;
}

const MONTHS = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const DAYS = 'SUN|MON|TUE|WED|THU|FRI|SAT';
const plain = /^[\d*,/-]+$/;
/** Which characters each of the six fields may hold. croner knows more (`L`, `W`, `#`, `?`) than NCRONTAB does. */
const FIELDS = [plain, plain, plain, plain, named(MONTHS), named(DAYS)];

/**
 * Reads a schedule of a timer trigger: an NCRONTAB expression of six fields (second first, or five without it; day
 * of month and day of week must both fit; Sunday is 0), in UTC, or a time span between occurrences.
 * See https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions.
 * @throws Error when it is neither
 */
export function parseSchedule(text: string): Schedule {
  if (looksLikeTimeSpan(text)) {
    const intervalMs = parseTimeSpan(text);
    if (intervalMs <= 0) throw new Error(`The schedule "${text}" has no length.`);
    return { next: (after) => new Date(after.getTime() + intervalMs), adjustForDaylightSaving: false };
  }
  const given = text.trim().split(/\s+/);
  const fields = given.length === FIELDS.length - 1 ? ['0', ...given] : given;
  if (fields.length !== FIELDS.length) {
    throw new Error(`The schedule "${text}" has ${given.length} fields instead of the six (or five) of NCRONTAB.`);
  }
  for (const [at, field] of fields.entries()) {
    if (!FIELDS[at]?.test(field)) throw new Error(`The schedule "${text}" has "${field}", which NCRONTAB lacks.`);
  }
  const daysOfWeek = (fields[5] as string).replaceAll(/\/\d+/g, '');
  if (/\d\d|[7-9]/.test(daysOfWeek)) throw new Error(`The schedule "${text}": days of the week are 0 (Sunday) to 6.`);

  let cron: Cron;
  try {
    cron = new Cron(fields.join(' '), {
      mode: '6-part',
      domAndDow: true,
      sloppyRanges: true,
      timezone: 'UTC',
      paused: true,
    });
  } catch (error) {
    throw new Error(`The schedule "${text}" cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return { next: (after) => cron.nextRun(after) ?? undefined, adjustForDaylightSaving: true };
}

function named(names: string): RegExp {
  return new RegExp(`^(?:[\\d*,/-]|${names})+$`, 'i');
}
