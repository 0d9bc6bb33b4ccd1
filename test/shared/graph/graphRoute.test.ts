import { expect, it } from 'vitest';
import { graphRoute } from '../../../shared/graph/graphRoute.ts';

it.each([
  ['/$batch', '/$batch'],
  ['/users?$filter=userPrincipalName%20eq%20%27alice%40contoso.com%27', '/users'],
  ['/users/alice%40contoso.com/sendMail', '/users/{id}/sendMail'],
  [
    '/users/071cc716-8147-4397-a5ba-b2105951cc0b/authentication/requirements',
    '/users/{id}/authentication/requirements',
  ],
  ['/groups/x/transitiveMembers/microsoft.graph.user?$top=999', '/groups/{id}/transitiveMembers/microsoft.graph.user'],
  ["/directoryRoles(roleTemplateId='x')/members", '/directoryRoles(…)/members'],
  ['https://graph.microsoft.com/beta/users?$skiptoken=secret', '/users'],
])('%s is known as %s', (path, route) => {
  expect(graphRoute(path)).toBe(route);
});
