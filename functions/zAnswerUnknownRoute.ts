import { app } from '@azure/functions';
import { NotFoundError } from '../shared/errors.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';

// Without this route, the host would answer with nothing that says what is wrong. The name starts with z because the host
// tries routes in the order of the functions' names, and this one fits every request.
app.http('zAnswerUnknownRoute', {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  authLevel: 'anonymous',
  route: '{*path}',
  handler: openEndpoint(async () => {
    throw new NotFoundError('RouteNotFound', 'The API has no such route with this method.');
  }),
});
