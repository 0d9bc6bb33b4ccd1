import { app } from '@azure/functions';
import { getOperationResultRoute } from '../shared/contract/routes/operations.ts';
import { isTerminal } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { acceptedResponse, statusResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';

app.http(
  getOperationResultRoute.name,
  endpoint(getOperationResultRoute, async ({ request, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    const progress = await deps.progress.read(operation);
    return isTerminal(progress.status)
      ? statusResponse(operation, progress)
      : acceptedResponse(operation, progress, baseUrl);
  }),
);
