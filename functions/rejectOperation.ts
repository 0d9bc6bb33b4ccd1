import { app } from '@azure/functions';
import { rejectOperationRoute } from '../shared/contract/routes/approval.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { progressFor } from '../shared/host/progressFor.ts';
import { recordingRefusal } from '../shared/host/recordRefusal.ts';
import { requireRightToRead } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { approvalOf } from '../shared/http/stateChangeBody.ts';
import { decideApproval } from '../shared/stateChange/decideApproval.ts';

app.http(
  rejectOperationRoute.name,
  endpoint(rejectOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    const { reason } = await approvalOf(request);
    const { id, actor: requestedBy } = operation;
    const asked = { action: 'reject', actor: caller.actor, operationId: id, requestedBy, reason } as const;
    const decision = { decision: 'rejected', reason, approver: caller.actor } as const;
    const rejected = await recordingRefusal(asked, deps, () => {
      requireRightToRead(caller, 'A decision about an operation');
      return decideApproval(operation, decision, deps);
    });
    return acceptedResponse(rejected, await progressFor(caller, rejected, deps.progress), baseUrl);
  }),
);
