import { app } from '@azure/functions';
import { exportUsersNdjsonRoute } from '../shared/contract/routes/users.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { exportUsers } from '../shared/http/userExport.ts';

const { name, path } = exportUsersNdjsonRoute;

app.http(
  name,
  endpoint(exportUsersNdjsonRoute, async ({ query, deps, baseUrl }) =>
    exportUsers({ path, format: 'ndjson' }, query, deps, baseUrl),
  ),
);
