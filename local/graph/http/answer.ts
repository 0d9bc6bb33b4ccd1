/** An answer of a Graph route, before it is written to a socket or into a batch. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** An object to be sent as JSON, a string to be sent as it is, or nothing. */
  readonly body?: object | string;
}

/** The ids of a request, in headers and error bodies. */
export interface RequestIds {
  readonly requestId: string;
  readonly clientRequestId: string;
}

/** An error in the shape of learn.microsoft.com/graph/errors. `at` is in milliseconds. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  at: number,
  ids: RequestIds,
  headers: Record<string, string> = {},
): Answer {
  const innerError = {
    date: graphDate(at),
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
  };
  return { status, headers, body: { error: { code, message, innerError } } };
}

/** The 429 of learn.microsoft.com/graph/throttling, which has a shape of its own. */
export function throttledAnswer(at: number, ids: RequestIds, headers: Record<string, string>): Answer {
  const innerError = {
    code: '429',
    date: graphDate(at),
    message: 'Please retry after',
    'request-id': ids.requestId,
    status: '429',
  };
  return {
    status: 429,
    headers,
    body: { error: { code: 'TooManyRequests', innerError, message: 'Please retry again later.' } },
  };
}

/** A time as error bodies have it: UTC, to the second, without a zone. */
function graphDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
