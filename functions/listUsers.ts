import { app } from '@azure/functions';
import { listUsersRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { ok } from '../shared/http/ok.ts';
import { listUsers } from '../shared/http/userList.ts';

app.http(
  listUsersRoute.name,
  endpoint(listUsersRoute, async ({ query, deps, baseUrl }) => ok(await listUsers(query, deps, baseUrl))),
);
