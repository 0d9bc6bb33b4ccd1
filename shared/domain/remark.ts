import { z } from 'zod';

/** A page of 999 references with their remarks must fit into one row of Table Storage, which takes 1 MiB of UTF-16. */
const GIVEN_MAX_LENGTH = 100;
const INVALID_MAX_LENGTH = 200;

/** What is to be said about one reference of a page or a request beside the reference itself. */
export const remarkSchema = z.object({
  /** The position of the reference in its page, or in its request. */
  position: z.number().int(),
  /** The line of a file where it stands, from 1. */
  line: z.number().int().optional(),
  /** Its index in the property `users` of JSON, from 0. */
  index: z.number().int().optional(),
  /** The text of the request, when it was cleaned. */
  given: z.string().optional(),
  /** Why it fails without being looked up. */
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type Remark = z.infer<typeof remarkSchema>;

/** Where a reference stands in what the caller sent. */
export type Place = Pick<Remark, 'line' | 'index'>;

/** Says that a reference was cleaned. */
export function cleaned(position: number, place: Place, given: string): Remark {
  return { position, ...place, given: given.slice(0, GIVEN_MAX_LENGTH) };
}

export function invalidReference(position: number, place: Place): Remark {
  const message = `${nameOf(place)} is not an object id or a user principal name. Correct it, and send this user again.`;
  return { position, ...place, problem: { code: 'invalidReference', message } };
}

/** @param shown the state of the request, ready to be shown */
export function invalidState(position: number, place: Place, shown: string): Remark {
  const message = `${nameOf(place)} has the state ${shown}: it must be disabled, enabled or enforced. Correct it, and send this user again.`;
  return { position, ...place, problem: { code: 'invalidState', message } };
}

/** Says that the request names the user more than once, with different states. */
export function conflictingStates(position: number, place: Place): Remark {
  const message = `${nameOf(place)} and another line ask for different states of the same user. Keep one of them, and send this user again.`;
  return { position, ...place, problem: { code: 'conflictingStates', message } };
}

/** The text of a reference that is none, as it is stored and shown: without control characters, and not long. */
export function shortened(given: string): string {
  const shown = given.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return shown.length > INVALID_MAX_LENGTH ? `${shown.slice(0, INVALID_MAX_LENGTH)}…` : shown;
}

function nameOf({ line, index }: Place): string {
  return line === undefined ? `users[${index}]` : `Line ${line}`;
}
