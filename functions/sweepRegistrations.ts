import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { sweepRegistrations } from '../shared/registration/sweepRegistrations.ts';

app.timer('sweepRegistrations', {
  schedule: '%REGISTRATION_SWEEP_SCHEDULE%',
  handler: timer(sweepRegistrations),
});
