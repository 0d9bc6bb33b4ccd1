import { z } from 'zod';
import { retryAfterMs } from './retryAfter.ts';

/**
 * Graph's answer to one request.
 * - `ok`: 2xx
 * - `refused`: a retry would be refused too (400, 401, 403, 404 …)
 * - `retry`: throttled (429), failed (5xx), or without a readable answer; Graph may have carried out the request
 */
export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown; readonly requestId: string | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'retry';
      /** The status; 0 without an answer. */
      readonly status: number;
      readonly code: string;
      readonly throttled: boolean;
      /** Whether the batch was answered, and only this item of it was not. */
      readonly ofItem?: true;
      /** The requested wait; undefined when the answer has no Retry-After. */
      readonly retryAfterMs: number | undefined;
      /** The error behind a missing answer, for the log. */
      readonly cause?: unknown;
    };

const errorBody = z.object({ error: z.object({ code: z.string().nullish(), message: z.string().nullish() }) });

/** Whether a status may change on a retry. 408 is a timeout in Graph; 409 and 423 are concurrent changes in Graph. */
function isTransient(status: number): boolean {
  return status === 408 || status === 409 || status === 423 || status === 429 || status >= 500 || status < 200;
}

/**
 * Reads the answer to a request, or an item of a batch.
 * @param headers looks a header up, ignoring case
 * @param now milliseconds since 1970, for a Retry-After with a date
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
 * A missing or unreadable answer.
 * @param cause the error, for the log
 */
export function noAnswer(code: string, cause?: unknown): Answer {
  const answer = { kind: 'retry', status: 0, code, throttled: false, retryAfterMs: undefined } as const;
  return cause === undefined ? answer : { ...answer, cause };
}
