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

/** What an error tells a caller: the shape of Azure REST APIs. */
export const errorBodySchema = z.object({
  error: errorDetailSchema
    .extend({ details: z.array(errorDetailSchema).describe('Each fault of the request.').optional() })
    .describe('What is wrong.'),
});

/** An error that has an answer for the caller. Its message says what to do and never repeats what the caller sent. */
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

/** 400: the request cannot be understood. `details` lists the faults in the order in which they stand in the request. */
export class InvalidRequestError extends RequestError {
  override readonly name = 'InvalidRequestError';
  constructor(message: string, options: { code?: string; target?: string; details?: readonly ErrorDetail[] } = {}) {
    super(400, options.code ?? 'InvalidRequest', message, options);
  }
}

/** 404: there is no such thing, or not yet. */
export class NotFoundError extends RequestError {
  override readonly name = 'NotFoundError';
  constructor(code: string, message: string, target?: string) {
    super(404, code, message, target === undefined ? {} : { target });
  }
}

/** 503: something that the service needs is out of reach; the same request, sent again, completes. */
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

/** Work that cannot go on now but can later: the message goes back to its queue and is delivered again. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
}

/** A message that can never be processed. Its message becomes the reason of the failed outcomes. */
export class UnprocessableMessageError extends Error {
  override readonly name = 'UnprocessableMessageError';
}

/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const text = typeof thrown === 'object' ? 'Something was thrown that is no Error.' : String(thrown);
  return new Error(text, { cause: thrown });
}
