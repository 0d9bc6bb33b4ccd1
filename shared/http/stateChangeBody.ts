import type { HttpRequest } from '@azure/functions';
import { InvalidRequestError } from '../errors.ts';
import { readCsvRequest } from '../stateChange/csv.ts';
import { readStateChangeRequest, type StateChangeRequest } from '../stateChange/request.ts';
import { type RetryRequest, readRetryRequest } from '../stateChange/retry.ts';
import { mediaType, parseJson, readText } from './body.ts';

/**
 * Reads a state change from a request, as JSON, or as CSV with the other properties in the query.
 * @throws InvalidRequestError with the faults
 */
export async function stateChangeOf(request: HttpRequest, query: object): Promise<StateChangeRequest> {
  switch (mediaType(request)) {
    case 'application/json':
      return readStateChangeRequest(parseJson(await readText(request)));
    case 'text/csv':
      return readCsvRequest(await readText(request), query);
    default:
      throw new InvalidRequestError('Send application/json, or text/csv with a column "user".', {
        code: 'UnsupportedContentType',
        target: 'Content-Type',
      });
  }
}

/**
 * Reads a request to retry an operation. The body may be missing.
 * @throws InvalidRequestError with the faults
 */
export async function retryOf(request: HttpRequest): Promise<RetryRequest> {
  const body = await readText(request);
  return readRetryRequest(body.trim() === '' ? {} : parseJson(body));
}
