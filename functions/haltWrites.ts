import { app } from '@azure/functions';
import { haltWritesRoute } from '../shared/contract/routes/halt.ts';
import { readBody } from '../shared/faults.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { haltWrites } from '../shared/host/switchHalt.ts';
import { parseJson, readText } from '../shared/http/body.ts';
import { haltRequestSchema } from '../shared/http/haltView.ts';
import { ok } from '../shared/http/ok.ts';

app.http(
  haltWritesRoute.name,
  endpoint(haltWritesRoute, async ({ request, caller, deps }) => {
    const { reason } = readBody(haltRequestSchema, parseJson(await readText(request)));
    return ok(await haltWrites(reason, caller.actor, deps));
  }),
);
