import type { HttpRequest } from '@azure/functions';
import { InvalidRequestError, RequestError } from '../errors.ts';
import { measureJson } from './jsonSize.ts';

/** The maximum size of a body, in bytes: enough for 100,000 long names. */
export const BODY_MAX_BYTES = 16 * 1024 * 1024;
/** A request has two levels, one value for each user, and a few more values. */
export const JSON_MAX_DEPTH = 8;
export const JSON_MAX_VALUES = 200_000;

/** The media type of a request, in lower case, without parameters. */
export function mediaType(request: HttpRequest): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The body of a request as text.
 * @throws RequestError as `readBytes` does
 * @throws InvalidRequestError when it is not UTF-8
 */
export async function readText(request: HttpRequest): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidRequestError('The body must be UTF-8 text.', { code: 'InvalidEncoding', target: 'body' });
  }
}

/**
 * The body of a request.
 * @throws RequestError 413 when it is too large, 411 when it did not arrive because the request had no Content-Length
 */
export async function readBytes(request: HttpRequest): Promise<Uint8Array> {
  const tooLarge = new RequestError(
    413,
    'RequestTooLarge',
    `The body must have at most ${BODY_MAX_BYTES} bytes. Split the list into several requests.`,
  );
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX_BYTES) throw tooLarge;
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > BODY_MAX_BYTES) throw tooLarge;
  // The Functions host drops a body without Content-Length, but passes on the header that announces it.
  if (bytes.byteLength === 0 && request.headers.has('transfer-encoding')) throw withoutLength();
  return new Uint8Array(bytes);
}

function withoutLength(): RequestError {
  return new RequestError(
    411,
    'LengthRequired',
    'The body did not arrive, because it was sent in chunks (Transfer-Encoding: chunked). Send it with a Content-Length: give the client the whole body as text or bytes instead of a stream; in .NET, await LoadIntoBufferAsync() of the content first.',
    { target: 'Content-Length' },
  );
}

/**
 * Reads JSON after measuring its size: a short text can describe a structure that needs far more memory, or a deeper
 * stack than available.
 * @throws InvalidRequestError when the text is not JSON, or has more values than any request of this API
 */
export function parseJson(text: string): unknown {
  const { depth, values } = measureJson(text);
  if (depth > JSON_MAX_DEPTH || values > JSON_MAX_VALUES)
    throw new InvalidRequestError(
      `The body must have at most ${JSON_MAX_DEPTH} levels and ${JSON_MAX_VALUES} values. Split the list into several requests.`,
      { code: 'InvalidJson', target: 'body' },
    );
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidRequestError('The body is not valid JSON.', { code: 'InvalidJson', target: 'body' });
  }
}
