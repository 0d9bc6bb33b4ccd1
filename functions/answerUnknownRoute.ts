import { app } from '@azure/functions';
import { NotFoundError } from '../shared/errors.ts';
import { openEndpoint } from '../shared/host/endpoint.ts';

// Every other route comes first. Without this one, the host would answer with nothing that says what is wrong.
app.http('answerUnknownRoute', {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  authLevel: 'anonymous',
  route: '{*path}',
  handler: openEndpoint(async () => {
    throw new NotFoundError('RouteNotFound', 'The API has no such route with this method.');
  }),
});
