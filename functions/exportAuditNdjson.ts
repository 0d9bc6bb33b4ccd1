import { app } from '@azure/functions';
import { exportAuditNdjsonRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportAudit } from '../shared/http/auditExport.ts';

const { name, path } = exportAuditNdjsonRoute;

app.http(
  name,
  endpoint(exportAuditNdjsonRoute, async ({ query, deps, baseUrl }) =>
    exportAudit({ path, format: 'ndjson' }, query, deps, baseUrl),
  ),
);
