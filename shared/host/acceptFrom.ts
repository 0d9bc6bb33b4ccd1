import type { HttpResponseInit } from '@azure/functions';
import { requesterOf, requireRightTo, requireRightToRead } from '../http/operationRight.ts';
import { acceptedResponse } from '../http/operationView.ts';
import { operationIdOf } from '../http/parameters.ts';
import { acceptStateChange } from '../stateChange/accept.ts';
import { type StateChangeRequest, statesOf } from '../stateChange/request.ts';
import type { Call } from './endpoint.ts';
import { progressFor } from './progressFor.ts';
import { recordingRefusal } from './recordRefusal.ts';

/**
 * Accepts the state change that a caller asks for, if the caller has the role for it.
 * @throws RequestError that says what to do
 */
export async function acceptFrom(
  { request, caller, deps, baseUrl }: Omit<Call, 'query'>,
  change: StateChangeRequest,
): Promise<HttpResponseInit> {
  const id = operationIdOf(request);
  const asked = {
    action: 'change',
    actor: caller.actor,
    operationId: id,
    reason: change.reason,
    dryRun: change.dryRun,
    ...(change.states === undefined ? { to: change.state } : {}),
    ...(change.users === undefined ? {} : { users: change.users.length }),
  } as const;
  const operation = await recordingRefusal(asked, deps, () => {
    requireRightTo(caller, statesOf(change));
    if (change.dryRun) requireRightToRead(caller, 'A dry run');
    return acceptStateChange({ id, kind: 'stateChange', request: change, ...requesterOf(caller) }, deps);
  });
  return acceptedResponse(operation, await progressFor(caller, operation, deps.progress), baseUrl);
}
