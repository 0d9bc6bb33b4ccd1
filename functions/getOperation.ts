import { app } from '@azure/functions';
import { getOperationRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { statusResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';

app.http(
  getOperationRoute.name,
  endpoint(getOperationRoute, async ({ request, deps }) => {
    const operation = await operationOf(request, deps.operations);
    return statusResponse(operation, await deps.progress.read(operation));
  }),
);
