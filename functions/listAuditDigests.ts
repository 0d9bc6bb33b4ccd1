import { app } from '@azure/functions';
import { listAuditDigestsRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { listAuditDigests } from '../shared/http/auditDigestList.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  listAuditDigestsRoute.name,
  endpoint(listAuditDigestsRoute, async ({ query, deps, baseUrl }) => ok(await listAuditDigests(query, deps, baseUrl))),
);
