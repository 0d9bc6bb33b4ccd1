import { app } from '@azure/functions';
import { routes } from '../shared/contract/routes.ts';
import { catchAll } from '../shared/host/endpoint.ts';

// Without this route, the host would answer with nothing that says what is wrong. The name starts with z because the host
// tries routes in the order of the functions' names, and this one fits every request.
app.http('zAnswerUnknownRoute', catchAll(routes));
