import { app } from '@azure/functions';
import { resumeWritesRoute } from '../shared/contract/routes/halt.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { resumeWrites } from '../shared/host/switchHalt.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  resumeWritesRoute.name,
  endpoint(resumeWritesRoute, async ({ caller, deps }) => ok(await resumeWrites(caller.actor, deps))),
);
