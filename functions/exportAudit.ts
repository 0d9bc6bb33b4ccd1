import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportAudit } from '../shared/http/auditExport.ts';
import { auditFilters } from '../shared/http/auditQuestion.ts';
import { readQuery } from '../shared/http/parameters.ts';

app.http('exportAudit', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'audit/export',
  handler: endpoint('MfaAudit.Read', async ({ request, deps, baseUrl }) =>
    exportAudit(readQuery(request, ...auditFilters, 'format', 'page'), deps, baseUrl),
  ),
});
