import { app } from '@azure/functions';
import { exportAuditRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportAudit } from '../shared/http/auditExport.ts';

const { name, path } = exportAuditRoute;

app.http(
  name,
  endpoint(exportAuditRoute, async ({ query, deps, baseUrl }) =>
    exportAudit({ path, format: query.format ?? 'csv' }, query, deps, baseUrl),
  ),
);
