import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { listOperations } from '../shared/http/operationList.ts';
import { readQuery } from '../shared/http/parameters.ts';

app.http('listOperations', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'operations',
  handler: endpoint('MfaState.Read', async ({ request, deps, baseUrl }) => {
    const { after } = readQuery(request, 'after');
    return { status: 200, jsonBody: await listOperations(after, deps, baseUrl) };
  }),
});
