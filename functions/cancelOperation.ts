import { app } from '@azure/functions';
import { cancelOperationRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { progressFor } from '../shared/host/progressFor.ts';
import { recordingRefusal } from '../shared/host/recordRefusal.ts';
import { requireRightToCancel } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { cancelOperation } from '../shared/stateChange/cancel.ts';

app.http(
  cancelOperationRoute.name,
  endpoint(cancelOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    const { id, actor: requestedBy, reason } = operation;
    const asked = { action: 'cancel', actor: caller.actor, operationId: id, requestedBy, reason } as const;
    await recordingRefusal(asked, deps, () => requireRightToCancel(caller, operation));
    const canceled = (await cancelOperation(id, caller.actor, deps)) ?? operation;
    return acceptedResponse(canceled, await progressFor(caller, canceled, deps.progress), baseUrl);
  }),
);
