import { app } from '@azure/functions';
import type { Operation } from '../shared/domain/operation.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { requireRightTo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { cancelOperation } from '../shared/stateChange/cancel.ts';

app.http('cancelOperation', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'operations/{operationId}/cancel',
  handler: endpoint(null, async ({ request, caller, deps, baseUrl }) => {
    const operation = await requireRightTo(caller, () => operationOf(request, deps.operations));
    const canceled = (await cancelOperation(operation.id, caller.actor, deps)) as Operation;
    return acceptedResponse(canceled, await deps.progress.read(canceled), baseUrl);
  }),
});
