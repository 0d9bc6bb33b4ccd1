import { app } from '@azure/functions';
import { timer } from '../shared/host/timer.ts';
import { purgeHistory } from '../shared/maintenance/purgeHistory.ts';

app.timer('purgeHistory', {
  schedule: '%HISTORY_PURGE_SCHEDULE%',
  handler: timer(purgeHistory),
});
