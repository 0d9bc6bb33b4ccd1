import { app } from '@azure/functions';
import { getUserCoverageRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { readCoverage } from '../shared/http/userCoverage.ts';

app.http(
  getUserCoverageRoute.name,
  endpoint(getUserCoverageRoute, async ({ query, deps }) => ok(await readCoverage(query, deps))),
);
