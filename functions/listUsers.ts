import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { readQuery } from '../shared/http/parameters.ts';
import { listUsers } from '../shared/http/userList.ts';

app.http('listUsers', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'users',
  handler: endpoint('MfaState.Read', async ({ request, deps, baseUrl }) => {
    const query = readQuery(request, 'state', 'registered', 'q', 'page');
    return { status: 200, jsonBody: await listUsers(query, deps, baseUrl) };
  }),
});
