import { z } from 'zod';
import { safeText } from '../describeError.ts';
import { retryAfterMs } from './retryAfter.ts';

/** A refusal: a retry would be refused too (400, 403, 404 …). */
export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  /** Graph's code, or `http` and the status. */
  readonly code: string;
  /** Graph's message in one line, without secrets and addresses; empty without one. */
  readonly message: string;
  /** The id by which Graph's support finds the request. */
  readonly requestId?: string | undefined;
}

/**
 * Graph's answer to one request.
 * - `ok`: 2xx
 * - `refused`: a retry would be refused too
 * - `retry`: throttled (429), failed (5xx), not signed in (401), or without a readable answer; Graph may have carried out
 *   the request, unless it was throttled or not signed in
 */
export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown; readonly requestId: string | undefined }
  | Refused
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

const errorBody = z.object({
  error: z.object({
    code: z.string().nullish(),
    message: z.string().nullish(),
    innerError: z.object({ 'request-id': z.string().nullish() }).nullish().catch(null),
  }),
});

/** A code of Graph that is safe to show. */
const CODE = /^[\w.-]{1,80}$/;
const REQUEST_ID = /^[\w-]{1,80}$/;

/**
 * Whether a status may change on a retry. 401 concerns the token of the service, which is renewed; 408 is a timeout in
 * Graph; 409 and 423 are concurrent changes in Graph.
 */
function isTransient(status: number): boolean {
  return [401, 408, 409, 423, 429].includes(status) || status >= 500 || status < 200;
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
  const error = errorBody.safeParse(body).data?.error;
  const code = CODE.test(error?.code ?? '') ? String(error?.code) : `http${status}`;
  if (isTransient(status))
    return {
      kind: 'retry',
      status,
      code,
      throttled: status === 429,
      retryAfterMs: retryAfterMs(headers('retry-after'), now),
    };
  const requestId = [headers('request-id'), error?.innerError?.['request-id']].find((id) => REQUEST_ID.test(id ?? ''));
  return {
    kind: 'refused',
    status,
    code,
    message: safeText(error?.message ?? ''),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

/**
 * A missing or unreadable answer.
 * @param cause the error, for the log
 */
export function noAnswer(code: string, cause?: unknown): Answer {
  const answer = { kind: 'retry', status: 0, code, throttled: false, retryAfterMs: undefined } as const;
  return cause === undefined ? answer : { ...answer, cause };
}

/** Whether Graph certainly did not carry out the request: it was throttled, or not signed in. */
export function wasNotCarriedOut(answer: Answer): boolean {
  return answer.kind === 'retry' && (answer.throttled || answer.status === 401);
}
