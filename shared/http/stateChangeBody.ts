import type { HttpRequest } from '@azure/functions';
import { InvalidRequestError } from '../errors.ts';
import { readCsvRequest } from '../stateChange/csv.ts';
import { readStateChangeRequest, type StateChangeRequest } from '../stateChange/request.ts';
import { type RetryRequest, readRetryRequest } from '../stateChange/retry.ts';
import { USER_COLUMN_NAMES } from '../stateChange/userColumns.ts';
import { mediaType, parseJson, readText } from './body.ts';

/**
 * The state change that a request asks for, as JSON, or as CSV with the rest in the query.
 * @throws InvalidRequestError that names what is wrong
 */
export async function stateChangeOf(request: HttpRequest, query: object): Promise<StateChangeRequest> {
  switch (mediaType(request)) {
    case 'application/json':
      return readStateChangeRequest(parseJson(await readText(request)));
    case 'text/csv':
      return readCsvRequest(await readText(request), query);
    default:
      throw new InvalidRequestError(`Send application/json, or text/csv with a column ${USER_COLUMN_NAMES}.`, {
        code: 'UnsupportedContentType',
        target: 'Content-Type',
      });
  }
}

/**
 * What a request to retry an operation asks for; nothing in particular when it has no body.
 * @throws InvalidRequestError that names what is wrong
 */
export async function retryOf(request: HttpRequest): Promise<RetryRequest> {
  const body = await readText(request);
  return readRetryRequest(body.trim() === '' ? {} : parseJson(body));
}
