import { app } from '@azure/functions';
import { getDocsRoute } from '../shared/contract/routes/service.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';

app.http(
  getDocsRoute.name,
  openEndpoint(getDocsRoute, async () => (await import('../shared/contract/published.ts')).docs()),
);
