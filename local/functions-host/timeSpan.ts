const TIME_SPAN = /^(?:(\d+)[.:])?(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,7})?$/;

/** Whether the text is meant as a .NET TimeSpan (`hh:mm:ss`, `d.hh:mm:ss`) and not as something else. */
export function looksLikeTimeSpan(text: string): boolean {
  return TIME_SPAN.test(text.trim());
}

/**
 * Reads a .NET TimeSpan as host.json writes them: `hh:mm:ss`, `hh:mm:ss.fffffff`, `d.hh:mm:ss` or `d:hh:mm:ss`.
 * @returns milliseconds
 * @throws Error when it is not one, or when hours, minutes or seconds are out of their range
 */
export function parseTimeSpan(text: string): number {
  const match = TIME_SPAN.exec(text.trim());
  if (!match) throw new Error(`"${text}" is not a time span; write hh:mm:ss or d.hh:mm:ss.`);
  const [days, hours, minutes, seconds, fraction] = match.slice(1).map((part) => Number(part ?? 0)) as number[];
  if ((hours ?? 0) > 23 || (minutes ?? 0) > 59 || (seconds ?? 0) > 59) {
    throw new Error(`"${text}" has more than 23 hours, 59 minutes or 59 seconds; write days as d.hh:mm:ss.`);
  }
  const wholeSeconds = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  return Math.round((wholeSeconds + (fraction ?? 0)) * 1000);
}
