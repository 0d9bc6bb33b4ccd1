import { app } from '@azure/functions';
import { indexAudit } from '../shared/audit/indexAudit.ts';
import { timer } from '../shared/host/timer.ts';

app.timer('indexAudit', {
  schedule: '%AUDIT_INDEX_SCHEDULE%',
  handler: timer(indexAudit),
});
