import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { runRegistrationAudit } from '../shared/registration/runRegistrationAudit.ts';

app.timer('auditRegistrations', {
  schedule: '%REGISTRATION_AUDIT_SCHEDULE%',
  handler: timer(runRegistrationAudit),
});
