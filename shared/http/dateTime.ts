import { z } from 'zod';

const time = z.string().meta({ format: 'date-time', examples: ['2026-03-01T08:00:00.000Z'] });

/** A time as the API shows it: ISO 8601, in UTC. Names of such properties end in DateTime, as those of Microsoft Graph. */
export function dateTime(description: string) {
  return time.describe(description);
}

/** A time that may not be known, or that is still to come. */
export function dateTimeOrNull(description: string) {
  return time.nullable().describe(description);
}
