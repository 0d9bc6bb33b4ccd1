import { app } from '@azure/functions';
import { getHealthRoute } from '../shared/contract/routes/service.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { version } from '../shared/version.ts';

app.http(
  getHealthRoute.name,
  openEndpoint(getHealthRoute, async () => ok({ status: 'ok', version })),
);
