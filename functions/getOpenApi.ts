import { app } from '@azure/functions';
import document from '../openapi.json' with { type: 'json' };
import { getOpenApiRoute } from '../shared/contract/routes/service.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  getOpenApiRoute.name,
  openEndpoint(getOpenApiRoute, async () => ok(document)),
);
