import { app } from '@azure/functions';
import { exportAuditRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportAudit } from '../shared/http/auditExport.ts';

app.http(
  exportAuditRoute.name,
  endpoint(exportAuditRoute, async ({ query, deps, baseUrl }) => exportAudit(query, deps, baseUrl)),
);
