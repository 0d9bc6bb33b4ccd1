import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { readQuery } from '../shared/http/parameters.ts';
import { listSweeps } from '../shared/http/sweepList.ts';

app.http('listSweeps', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'sweeps',
  handler: endpoint('MfaState.Read', async ({ request, deps, baseUrl }) => {
    const { page } = readQuery(request, 'page');
    return { status: 200, jsonBody: await listSweeps(page, deps.sweeps, baseUrl) };
  }),
});
