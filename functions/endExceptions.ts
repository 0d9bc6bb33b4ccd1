import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { endExceptions } from '../shared/stateChange/endExceptions.ts';

app.timer('endExceptions', {
  schedule: '%RECOVERY_SCHEDULE%',
  handler: timer(endExceptions),
});
