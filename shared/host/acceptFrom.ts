import type { HttpResponseInit } from '@azure/functions';
import { requesterOf, requireRightTo } from '../http/operationRight.ts';
import { acceptedResponse } from '../http/operationView.ts';
import { operationIdOf } from '../http/parameters.ts';
import { acceptStateChange } from '../stateChange/accept.ts';
import { type StateChangeRequest, statesOf } from '../stateChange/request.ts';
import type { Call } from './endpoint.ts';

/**
 * Accepts the state change that a caller asks for, if the caller has the role for it.
 * @throws RequestError that says what to do
 */
export async function acceptFrom(
  { request, caller, deps, baseUrl }: Omit<Call, 'query'>,
  change: StateChangeRequest,
): Promise<HttpResponseInit> {
  requireRightTo(caller, statesOf(change));
  const operation = await acceptStateChange(
    { id: operationIdOf(request), kind: 'stateChange', request: change, ...requesterOf(caller) },
    deps,
  );
  return acceptedResponse(operation, await deps.progress.read(operation), baseUrl);
}
