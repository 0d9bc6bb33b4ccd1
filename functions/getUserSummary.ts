import { app } from '@azure/functions';
import { getUserSummaryRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { summarizeUsers } from '../shared/http/userSummary.ts';

app.http(
  getUserSummaryRoute.name,
  endpoint(getUserSummaryRoute, async ({ deps }) => ok(await summarizeUsers(deps))),
);
