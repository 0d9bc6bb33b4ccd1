import { app } from '@azure/functions';
import { approveOperationRoute } from '../shared/contract/routes/approval.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { approvalOf } from '../shared/http/stateChangeBody.ts';
import { decideApproval } from '../shared/stateChange/decideApproval.ts';

app.http(
  approveOperationRoute.name,
  endpoint(approveOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    const { reason } = await approvalOf(request);
    const decision = { decision: 'approved', reason, approver: caller.actor } as const;
    const approved = await decideApproval(operation, decision, deps);
    return acceptedResponse(approved, await deps.progress.read(approved), baseUrl);
  }),
);
