import { app } from '@azure/functions';
import document from '../openapi.json' with { type: 'json' };
import { openEndpoint } from '../shared/host/endpoint.ts';

app.http('getOpenApi', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'openapi.json',
  handler: openEndpoint(async () => ({ status: 200, jsonBody: document })),
});
