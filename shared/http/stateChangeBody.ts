import type { HttpRequest } from '@azure/functions';
import { InvalidRequestError } from '../errors.ts';
import { readApprovalRequest } from '../stateChange/decideApproval.ts';
import {
  type CsvOptions,
  readCsvRequest,
  readStateChangeRequest,
  type StateChangeRequest,
} from '../stateChange/request.ts';
import { type RetryRequest, readRetryRequest } from '../stateChange/retry.ts';
import { readUndoRequest, type UndoRequest } from '../stateChange/undo.ts';
import { USER_COLUMN_NAMES } from '../userFile/userColumns.ts';
import { mediaType, parseJson, readBytes, readText } from './body.ts';

/**
 * The state change that a request asks for as JSON. CSV is taken too, from callers of earlier versions.
 * @throws InvalidRequestError that names what is wrong
 */
export async function stateChangeOf(request: HttpRequest, query: CsvOptions): Promise<StateChangeRequest> {
  if (mediaType(request) === 'text/csv') return stateChangeOfCsv(request, query);
  if (mediaType(request) !== 'application/json')
    throw unsupported('Send JSON, with the header Content-Type: application/json. CSV goes to state-changes/csv.');
  return readStateChangeRequest(parseJson(await readText(request)));
}

/**
 * The state change that a request asks for as CSV, with the rest in the query.
 * @throws InvalidRequestError that names what is wrong
 */
export async function stateChangeOfCsv(request: HttpRequest, query: CsvOptions): Promise<StateChangeRequest> {
  if (mediaType(request) !== 'text/csv')
    throw unsupported(
      `Send a CSV file with a column ${USER_COLUMN_NAMES}, with the header Content-Type: text/csv. JSON goes to state-changes.`,
    );
  return readCsvRequest(await readBytes(request), query);
}

function unsupported(message: string): InvalidRequestError {
  return new InvalidRequestError(message, { code: 'UnsupportedContentType', target: 'Content-Type' });
}

/**
 * Reads a request to retry an operation. The body may be missing.
 * @throws InvalidRequestError with the faults
 */
export async function retryOf(request: HttpRequest): Promise<RetryRequest> {
  const body = await readText(request);
  return readRetryRequest(body.trim() === '' ? {} : parseJson(body));
}

/**
 * Reads a request to approve or to reject an operation.
 * @throws InvalidRequestError with the faults
 */
export async function approvalOf(request: HttpRequest): Promise<{ readonly reason: string }> {
  return readApprovalRequest(parseJson(await readText(request)));
}

/**
 * Reads a request to undo an operation.
 * @throws InvalidRequestError with the faults
 */
export async function undoOf(request: HttpRequest): Promise<UndoRequest> {
  return readUndoRequest(parseJson(await readText(request)));
}
