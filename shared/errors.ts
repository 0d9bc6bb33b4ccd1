import { z } from 'zod';

const errorDetailSchema = z.object({
  code: z.string().describe('A stable word for programs.'),
  message: z.string().describe('For people: what to do.'),
  target: z
    .string()
    .describe('Where the fault is: a property path, a header, a query parameter, or a position in a list.')
    .optional(),
});
export type ErrorDetail = Readonly<z.infer<typeof errorDetailSchema>>;

/** The body of an error, in the shape of Azure REST APIs. */
export const errorBodySchema = z.object({
  error: errorDetailSchema
    .extend({ details: z.array(errorDetailSchema).describe('Each fault of the request.').optional() })
    .describe('What is wrong.'),
});

/** An error with an answer for the caller. Its message states the remedy and never repeats text of the caller. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: {
      target?: string;
      details?: readonly ErrorDetail[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.target = options.target;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }
}

/** 400: the request is not valid. `details` lists the faults in the order of the request. */
export class InvalidRequestError extends RequestError {
  override readonly name = 'InvalidRequestError';
  constructor(message: string, options: { code?: string; target?: string; details?: readonly ErrorDetail[] } = {}) {
    super(400, options.code ?? 'InvalidRequest', message, options);
  }
}

/** 404: the resource does not exist, or not yet. */
export class NotFoundError extends RequestError {
  override readonly name = 'NotFoundError';
  constructor(code: string, message: string, target?: string) {
    super(404, code, message, target === undefined ? {} : { target });
  }
}

/** The caller may not do this, or a safety check blocks it as a whole. The refusal is recorded before it is answered. */
export class RefusedError extends RequestError {
  override readonly name = 'RefusedError';
}

/** 503: another service is unavailable. Sending the same request again completes it. */
export class UnavailableError extends RequestError {
  override readonly name = 'UnavailableError';
  constructor(
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(503, 'ServiceUnavailable', message, {
      cause: options.cause,
      headers: { 'Retry-After': String(options.retryAfterSeconds ?? 5), ...options.headers },
    });
  }
}

/** Work that cannot continue now: its message goes back to the queue and is delivered again. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
}

/** A queue message that can never be processed. The text of the error becomes the reason of the failed outcomes. */
export class UnprocessableMessageError extends Error {
  override readonly name = 'UnprocessableMessageError';
}

/** Turns any thrown value into an Error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const text = typeof thrown === 'object' ? 'The thrown value is not an Error.' : String(thrown);
  return new Error(text, { cause: thrown });
}
