import { RequestError } from '../errors.ts';

/** An operation of many users takes longer; a small one is usually done by then. */
const RETRY_AFTER_SECONDS = 15;

/** 429: the caller has as many unfinished operations as one caller may have. */
export function tooManyOperations(openOperations: number): RequestError {
  return new RequestError(
    429,
    'TooManyOperations',
    `The caller has ${openOperations} unfinished operations, and the setting MAX_OPEN_OPERATIONS_PER_CALLER allows no more. Wait until some have finished, then send the same request again. One request can name up to 100,000 users.`,
    { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } },
  );
}
