import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { readQuery } from '../shared/http/parameters.ts';
import { tenantPolicyView } from '../shared/http/tenantPolicyView.ts';

app.http('getTenantPolicy', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'tenant/policy',
  handler: endpoint('MfaState.Read', async ({ request, deps }) => {
    readQuery(request);
    return { status: 200, jsonBody: await tenantPolicyView(deps) };
  }),
});
