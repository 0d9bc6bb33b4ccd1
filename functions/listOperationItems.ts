import { app } from '@azure/functions';
import { listOperationItemsRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { listItems } from '../shared/http/itemList.ts';
import { ok } from '../shared/http/ok.ts';
import { operationOf } from '../shared/http/parameters.ts';

app.http(
  listOperationItemsRoute.name,
  endpoint(listOperationItemsRoute, async ({ request, query, deps, baseUrl }) => {
    const operation = await operationOf(request, deps.operations);
    return ok(await listItems(operation, query, deps, baseUrl));
  }),
);
