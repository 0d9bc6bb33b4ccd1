import { app } from '@azure/functions';
import { startSweepRoute } from '../shared/contract/routes/sweeps.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { accepted } from '../shared/http/ok.ts';
import { sweepStartView } from '../shared/http/sweepList.ts';
import { startSweep } from '../shared/registration/startSweep.ts';

app.http(
  startSweepRoute.name,
  endpoint(startSweepRoute, async ({ deps }) => accepted(await sweepStartView(await startSweep(deps), deps.sweeps))),
);
