import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { sealAudit } from '../shared/proof/sealAudit.ts';

app.timer('sealAudit', {
  schedule: '%AUDIT_SEAL_SCHEDULE%',
  handler: timer(sealAudit),
});
