import { app } from '@azure/functions';
import { listSweepsRoute } from '../shared/contract/routes/audit.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { listSweeps } from '../shared/http/sweepList.ts';

app.http(
  listSweepsRoute.name,
  endpoint(listSweepsRoute, async ({ query, deps, baseUrl }) => ok(await listSweeps(query.page, deps.sweeps, baseUrl))),
);
