import { z } from 'zod';

const time = z.string().meta({ format: 'date-time', examples: ['2026-03-01T08:00:00.000Z'] });

/** A time in the API: ISO 8601, in UTC. As in Microsoft Graph, the names of such properties end in DateTime. */
export function dateTime(description: string) {
  return time.describe(description);
}

/** A time that may be unknown or in the future. */
export function dateTimeOrNull(description: string) {
  return time.nullable().describe(description);
}

/** An object id, or the id of an operation. */
export function uuid(description: string) {
  return z.string().meta({ format: 'uuid', description });
}

/** An id that may not be known, or that there may be none of. */
export function uuidOrNull(description: string) {
  return z.string().meta({ format: 'uuid' }).nullable().describe(description);
}

/** An address of the API. */
export function uri(description: string) {
  return z.string().meta({ format: 'uri', description });
}
