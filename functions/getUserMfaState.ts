import { app } from '@azure/functions';
import { getUserMfaStateRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { readUserState } from '../shared/http/userState.ts';

app.http(
  getUserMfaStateRoute.name,
  endpoint(getUserMfaStateRoute, async ({ request, deps }) =>
    ok(await readUserState(request.params.userId ?? '', deps.graph, deps.now)),
  ),
);
