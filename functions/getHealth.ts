import { app } from '@azure/functions';
import { openEndpoint } from '../shared/host/endpoint.ts';

app.http('getHealth', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'health',
  handler: openEndpoint(async () => ({ status: 200, jsonBody: { status: 'ok' } })),
});
