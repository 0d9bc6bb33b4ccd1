import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { recoverOperations } from '../shared/maintenance/recoverOperations.ts';

app.timer('recoverOperations', {
  schedule: '%RECOVERY_SCHEDULE%',
  handler: timer(recoverOperations),
});
