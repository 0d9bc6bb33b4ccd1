import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { readQuery } from '../shared/http/parameters.ts';
import { summarizeUsers } from '../shared/http/userList.ts';

app.http('getUserSummary', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'users/summary',
  handler: endpoint('MfaState.Read', async ({ request, deps }) => {
    readQuery(request);
    return { status: 200, jsonBody: await summarizeUsers(deps) };
  }),
});
