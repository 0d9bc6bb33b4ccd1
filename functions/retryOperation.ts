import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { parseJson, readText } from '../shared/http/body.ts';
import { requireRightTo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf, operationOf } from '../shared/http/parameters.ts';
import { readRetryRequest, retryOperation } from '../shared/stateChange/retry.ts';

app.http('retryOperation', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'operations/{operationId}/retry',
  handler: endpoint(null, async ({ request, caller, deps, baseUrl }) => {
    const original = await requireRightTo(caller, () => operationOf(request, deps.operations));
    const body = await readText(request);
    const retried = await retryOperation(
      original,
      {
        id: operationIdOf(request),
        request: readRetryRequest(body.trim() === '' ? {} : parseJson(body)),
        actor: caller.actor,
        mayWeaken: caller.roles.has('MfaState.Weaken'),
      },
      deps,
    );
    return acceptedResponse(retried, await deps.progress.read(retried), baseUrl);
  }),
});
