import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { readUserState } from '../shared/http/userState.ts';

app.http('getUserMfaState', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'users/{userId}/mfa-state',
  handler: endpoint('MfaState.Read', async ({ request, deps }) => ({
    status: 200,
    jsonBody: await readUserState(request.params.userId ?? '', deps.graph, deps.now),
  })),
});
