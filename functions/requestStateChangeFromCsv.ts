import { app } from '@azure/functions';
import { requestStateChangeFromCsvRoute } from '../shared/contract/routes/operations.ts';
import { acceptFrom } from '../shared/host/acceptFrom.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { stateChangeOfCsv } from '../shared/http/stateChangeBody.ts';

app.http(
  requestStateChangeFromCsvRoute.name,
  endpoint(requestStateChangeFromCsvRoute, async (call) =>
    acceptFrom(call, await stateChangeOfCsv(call.request, call.query)),
  ),
);
