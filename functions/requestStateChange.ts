import { app } from '@azure/functions';
import { requestStateChangeRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { requesterOf, requireRightTo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf } from '../shared/http/parameters.ts';
import { stateChangeOf } from '../shared/http/stateChangeBody.ts';
import { acceptStateChange } from '../shared/stateChange/accept.ts';

app.http(
  requestStateChangeRoute.name,
  endpoint(requestStateChangeRoute, async ({ request, query, caller, deps, baseUrl }) => {
    const change = await stateChangeOf(request, query);
    requireRightTo(caller, change.state);
    const operation = await acceptStateChange(
      { id: operationIdOf(request), kind: 'stateChange', request: change, ...requesterOf(caller) },
      deps,
    );
    return acceptedResponse(operation, await deps.progress.read(operation), baseUrl);
  }),
);
