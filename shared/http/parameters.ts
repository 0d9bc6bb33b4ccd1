import { randomUUID } from 'node:crypto';
import type { HttpRequest } from '@azure/functions';
import type { Operation } from '../domain/operation.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import { safeToEcho } from '../safeToEcho.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id that the caller chose for the operation, or a new one. */
export function operationIdOf(request: HttpRequest): string {
  const id = request.headers.get('operation-id');
  if (id === null) return randomUUID();
  if (!UUID.test(id))
    throw new InvalidRequestError('The header Operation-Id must be a UUID.', { target: 'Operation-Id' });
  return id.toLowerCase();
}

/** The operation that the route names. */
export async function operationOf(request: HttpRequest, operations: OperationStore): Promise<Operation> {
  const id = request.params.operationId ?? '';
  const operation = UUID.test(id) ? await operations.get(id.toLowerCase()) : undefined;
  if (operation === undefined) throw new NotFoundError('OperationNotFound', 'There is no operation with this id.');
  return operation;
}

/**
 * The query of a request, checked: only these parameters, each at most once.
 * @throws InvalidRequestError that names the parameter
 */
export function readQuery<Name extends string>(
  request: HttpRequest,
  ...names: readonly Name[]
): Readonly<Partial<Record<Name, string>>> {
  const values: Partial<Record<Name, string>> = {};
  for (const [name, value] of request.query) {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined)
      throw new InvalidRequestError(`Unknown query parameter; this takes ${names.join(', ') || 'none'}.`, {
        target: safeToEcho(name),
      });
    if (values[known] !== undefined) throw new InvalidRequestError('Give the parameter once.', { target: known });
    values[known] = value;
  }
  return values;
}

/**
 * A query parameter that is one of several words.
 * @throws InvalidRequestError that names the parameter and the words
 */
export function oneOf<T extends string>(name: string, value: string | undefined, words: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined)
    throw new InvalidRequestError(`${name} must be one of ${words.join(', ')}.`, { target: name });
  return word;
}
