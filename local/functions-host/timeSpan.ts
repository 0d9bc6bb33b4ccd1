const TIME_SPAN =
  /^(?<sign>-)?(?:(?<onlyDays>\d+)|(?:(?<days>\d+)\.)?(?<time>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,7})?)?)|(?<daysBefore>\d+):(?<wholeTime>\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,7})?))$/;

/** Whether the text is meant as a .NET TimeSpan (`hh:mm:ss`, `d.hh:mm:ss`) and not as something else. */
export function looksLikeTimeSpan(text: string): boolean {
  return TIME_SPAN.test(text.trim());
}

/**
 * Reads a .NET TimeSpan as host.json writes them: `hh:mm:ss`, `hh:mm:ss.fffffff`, `hh:mm`, `d.hh:mm:ss`, `d:hh:mm:ss`,
 * or a plain number, which is days. A minus sign makes it negative.
 * @returns milliseconds
 * @throws Error when it is not one, or when hours, minutes or seconds are out of their range
 */
export function parseTimeSpan(text: string): number {
  const groups = TIME_SPAN.exec(text.trim())?.groups;
  if (!groups) throw new Error(`"${text}" is not a time span; write hh:mm:ss or d.hh:mm:ss.`);
  const { sign, onlyDays, days, daysBefore, time, wholeTime } = groups;
  const [hours = 0, minutes = 0, seconds = 0] = (time ?? wholeTime ?? '').split(':').map(Number);
  if (hours > 23 || minutes > 59 || seconds >= 60) {
    throw new Error(`"${text}" has more than 23 hours, 59 minutes or 59 seconds; write days as d.hh:mm:ss.`);
  }
  const wholeDays = Number(onlyDays ?? days ?? daysBefore ?? 0);
  const ms = Math.round((((wholeDays * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  return sign === undefined || ms === 0 ? ms : -ms;
}
