import { app } from '@azure/functions';
import { listAuditRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { listAudit } from '../shared/http/auditList.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  listAuditRoute.name,
  endpoint(listAuditRoute, async ({ query, deps, baseUrl }) => ok(await listAudit(query, deps, baseUrl))),
);
