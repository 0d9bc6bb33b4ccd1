import { app } from '@azure/functions';
import { retryOperationRoute } from '../shared/contract/routes/operations.ts';
import { targetStatesOf } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { requesterOf, requireRightTo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf, operationOf } from '../shared/http/parameters.ts';
import { retryOf } from '../shared/http/stateChangeBody.ts';
import { retryOperation } from '../shared/stateChange/retry.ts';

app.http(
  retryOperationRoute.name,
  endpoint(retryOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const original = await operationOf(request, deps.operations);
    requireRightTo(caller, targetStatesOf(original));
    const retry = { id: operationIdOf(request), request: await retryOf(request), ...requesterOf(caller) };
    const retried = await retryOperation(original, retry, deps);
    return acceptedResponse(retried, await deps.progress.read(retried), baseUrl);
  }),
);
