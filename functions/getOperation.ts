import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { statusResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';

app.http('getOperation', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'operations/{operationId}',
  handler: endpoint('MfaState.Read', async ({ request, deps }) => {
    const operation = await operationOf(request, deps.operations);
    return statusResponse(operation, await deps.progress.read(operation));
  }),
});
