import { app } from '@azure/functions';
import { verifyAuditRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { auditVerification } from '../shared/http/auditVerification.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  verifyAuditRoute.name,
  endpoint(verifyAuditRoute, async ({ query, deps, baseUrl }) => ok(await auditVerification(query, deps, baseUrl))),
);
