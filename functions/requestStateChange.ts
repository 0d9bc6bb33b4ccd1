import { app } from '@azure/functions';
import { requestStateChangeRoute } from '../shared/contract/routes/operations.ts';
import { acceptFrom } from '../shared/host/acceptFrom.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { stateChangeOf } from '../shared/http/stateChangeBody.ts';

app.http(
  requestStateChangeRoute.name,
  endpoint(requestStateChangeRoute, async (call) => acceptFrom(call, await stateChangeOf(call.request, call.query))),
);
