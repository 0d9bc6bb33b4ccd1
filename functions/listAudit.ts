import { app } from '@azure/functions';
import { endpoint } from '../shared/host/endpoint.ts';
import { listAudit } from '../shared/http/auditList.ts';
import { auditFilters } from '../shared/http/auditQuestion.ts';
import { readQuery } from '../shared/http/parameters.ts';

app.http('listAudit', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'audit',
  handler: endpoint('MfaAudit.Read', async ({ request, deps, baseUrl }) => {
    const query = readQuery(request, ...auditFilters, 'page');
    return { status: 200, jsonBody: await listAudit(query, deps, baseUrl) };
  }),
});
