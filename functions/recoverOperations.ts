import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { recoverOperations } from '../shared/maintenance/recoverOperations.ts';
import { recoverSweep } from '../shared/maintenance/recoverSweep.ts';

app.timer('recoverOperations', {
  schedule: '%RECOVERY_SCHEDULE%',
  handler: timer(async (deps) => ({ ...(await recoverSweep(deps)), ...(await recoverOperations(deps)) })),
});
