import { app } from '@azure/functions';
import { getOpenApiRoute } from '../shared/contract/routes/service.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  getOpenApiRoute.name,
  openEndpoint(getOpenApiRoute, async () => ok((await import('../shared/contract/published.ts')).contract)),
);
