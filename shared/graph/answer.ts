import { z } from 'zod';
import { retryAfterMs } from './retryAfter.ts';

/**
 * What Graph said to one request.
 * - `ok`: 2xx
 * - `refused`: it will say the same again (400, 401, 403, 404 …)
 * - `retry`: throttled (429), failed (5xx), or no readable answer at all; the request may have been carried out
 */
export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown; readonly requestId: string | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'retry';
      /** The status; 0 when there was no answer. */
      readonly status: number;
      readonly code: string;
      readonly throttled: boolean;
      /** How long Graph asks to wait. Undefined when it does not say. */
      readonly retryAfterMs: number | undefined;
      /** Why there was no answer, for the log. */
      readonly cause?: unknown;
    };

const errorBody = z.object({ error: z.object({ code: z.string().nullish(), message: z.string().nullish() }) });

/** What an answer means, by its status alone. 408 is a timeout of Graph's; 423 and 409 are concurrent changes there. */
function isTransient(status: number): boolean {
  return status === 408 || status === 409 || status === 423 || status === 429 || status >= 500 || status < 200;
}

/**
 * Reads one answer, of a request or of an item of a batch.
 * @param headers looked up without regard to case
 * @param now milliseconds, for a Retry-After that is a date
 */
export function readAnswer(
  status: number,
  headers: (name: string) => string | null | undefined,
  body: unknown,
  now: number,
): Answer {
  if (status >= 200 && status < 300) return { kind: 'ok', status, body, requestId: headers('request-id') ?? undefined };
  const error = errorBody.safeParse(body);
  const code = (error.success && error.data.error.code) || `http${status}`;
  if (isTransient(status))
    return {
      kind: 'retry',
      status,
      code,
      throttled: status === 429,
      retryAfterMs: retryAfterMs(headers('retry-after'), now),
    };
  return { kind: 'refused', status, code, message: (error.success && error.data.error.message) || '' };
}

/**
 * There was no answer, or none that can be read.
 * @param cause what was thrown, for the log
 */
export function noAnswer(code: string, cause?: unknown): Answer {
  const answer = { kind: 'retry', status: 0, code, throttled: false, retryAfterMs: undefined } as const;
  return cause === undefined ? answer : { ...answer, cause };
}
