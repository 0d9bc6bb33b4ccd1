import { app } from '@azure/functions';
import { listOperationsRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { listOperations } from '../shared/http/operationList.ts';

app.http(
  listOperationsRoute.name,
  endpoint(listOperationsRoute, async ({ query, deps, baseUrl }) =>
    ok(await listOperations(query.page, deps, baseUrl)),
  ),
);
