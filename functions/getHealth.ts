import { app } from '@azure/functions';
import { getHealthRoute } from '../shared/contract/routes/service.ts';
import { dependencies } from '../shared/host/dependencies.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';
import { healthView } from '../shared/http/healthView.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  getHealthRoute.name,
  openEndpoint(getHealthRoute, async () => ok(healthView(dependencies().lastProtectedUsers()))),
);
