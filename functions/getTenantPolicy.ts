import { app } from '@azure/functions';
import { getTenantPolicyRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { tenantPolicyView } from '../shared/http/tenantPolicyView.ts';

app.http(
  getTenantPolicyRoute.name,
  endpoint(getTenantPolicyRoute, async ({ deps }) => ok(await tenantPolicyView(deps))),
);
