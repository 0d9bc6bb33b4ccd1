import { app } from '@azure/functions';
import { retryOperationRoute } from '../shared/contract/routes/operations.ts';
import { targetStatesOf } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { recordingRefusal } from '../shared/host/recordRefusal.ts';
import { requesterOf, requireRightTo, requireRightToRead } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf, operationOf } from '../shared/http/parameters.ts';
import { retryOf } from '../shared/http/stateChangeBody.ts';
import { retryOperation } from '../shared/stateChange/retry.ts';

app.http(
  retryOperationRoute.name,
  endpoint(retryOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const original = await operationOf(request, deps.operations);
    const id = operationIdOf(request);
    const retry = { id, request: await retryOf(request), ...requesterOf(caller) };
    const { actor: requestedBy, reason } = original;
    const asked = {
      action: 'retry',
      actor: caller.actor,
      operationId: id,
      related: original.id,
      requestedBy,
      reason,
    } as const;
    const retried = await recordingRefusal(asked, deps, () => {
      requireRightTo(caller, targetStatesOf(original));
      requireRightToRead(caller, 'A retry');
      return retryOperation(original, retry, deps);
    });
    return acceptedResponse(retried, await deps.progress.read(retried), baseUrl);
  }),
);
