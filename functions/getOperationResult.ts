import { app } from '@azure/functions';
import { isTerminal } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { acceptedResponse, statusResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';

// What the HTTP actions of Logic Apps and Power Automate poll by themselves: 202 until it is over, then 200.
app.http('getOperationResult', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'operations/{operationId}/result',
  handler: endpoint('MfaState.Read', async ({ request, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    const progress = await deps.progress.read(operation);
    return isTerminal(progress.status)
      ? statusResponse(operation, progress)
      : acceptedResponse(operation, progress, baseUrl);
  }),
});
