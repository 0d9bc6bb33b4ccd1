import { app } from '@azure/functions';
import { exportUsersRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportUsers } from '../shared/http/userExport.ts';

const { name, path } = exportUsersRoute;

app.http(
  name,
  endpoint(exportUsersRoute, async ({ query, deps, baseUrl }) =>
    exportUsers({ path, format: 'csv' }, query, deps, baseUrl),
  ),
);
