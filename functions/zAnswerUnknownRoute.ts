import { app } from '@azure/functions';
import { routes } from '../shared/contract/routes.ts';
import { catchAll } from '../shared/host/endpoint.ts';

// Without this route, the host would send an empty answer for an unknown address. The name starts with z because the
// host tries routes in the order of the functions' names, and this route matches every request.
app.http('zAnswerUnknownRoute', catchAll(routes));
