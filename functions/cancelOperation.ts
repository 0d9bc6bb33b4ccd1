import { app } from '@azure/functions';
import { cancelOperationRoute } from '../shared/contract/routes/operations.ts';
import { targetStatesOf } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { requireRightTo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { cancelOperation } from '../shared/stateChange/cancel.ts';

app.http(
  cancelOperationRoute.name,
  endpoint(cancelOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    requireRightTo(caller, targetStatesOf(operation));
    const canceled = (await cancelOperation(operation.id, caller.actor, deps)) ?? operation;
    return acceptedResponse(canceled, await deps.progress.read(canceled), baseUrl);
  }),
);
