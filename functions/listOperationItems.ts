import { app } from '@azure/functions';
import { outcomeKinds } from '../shared/domain/outcome.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { listItems } from '../shared/http/itemList.ts';
import { oneOf, operationOf, readQuery } from '../shared/http/parameters.ts';

app.http('listOperationItems', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'operations/{operationId}/items',
  handler: endpoint('MfaState.Read', async ({ request, deps, baseUrl }) => {
    const query = readQuery(request, 'status', 'page');
    const status = oneOf('status', query.status, outcomeKinds);
    const operation = await operationOf(request, deps.operations);
    return {
      status: 200,
      jsonBody: await listItems(operation, { status, page: query.page }, deps.operations, baseUrl),
    };
  }),
});
