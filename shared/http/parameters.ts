import { randomUUID } from 'node:crypto';
import type { HttpRequest } from '@azure/functions';
import type { Operation } from '../domain/operation.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import type { OperationStore } from '../operations/operationStore.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's id for the operation, or a new one. */
export function operationIdOf(request: HttpRequest): string {
  const id = request.headers.get('operation-id');
  if (id === null) return randomUUID();
  if (!UUID.test(id))
    throw new InvalidRequestError('The header Operation-Id must be a UUID.', { target: 'Operation-Id' });
  return id.toLowerCase();
}

/** The id of the operation that a request is about, in its path or in its header, if it is an id. */
export function operationIdIn(request: HttpRequest): string | undefined {
  const id = request.params.operationId ?? request.headers.get('operation-id') ?? '';
  return UUID.test(id) ? id.toLowerCase() : undefined;
}

/** The operation in the route. */
export async function operationOf(request: HttpRequest, operations: OperationStore): Promise<Operation> {
  const id = request.params.operationId ?? '';
  const operation = UUID.test(id) ? await operations.get(id.toLowerCase()) : undefined;
  if (operation === undefined) throw new NotFoundError('OperationNotFound', 'No operation has this id.');
  return operation;
}
