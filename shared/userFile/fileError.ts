import { type ErrorDetail, InvalidRequestError } from '../errors.ts';

/** A file that is refused as a whole. */
export function fileError(message: string, details: readonly ErrorDetail[] = []): InvalidRequestError {
  return new InvalidRequestError(message, { code: 'InvalidCsv', target: 'body', details });
}
