import { app } from '@azure/functions';
import { dependencies } from '../shared/dependencies.ts';
import { logStep } from '../shared/log.ts';
import { purgeHistory } from '../shared/retention/purgeHistory.ts';

app.timer('purgeHistory', {
  schedule: '%HISTORY_PURGE_SCHEDULE%',
  handler: async (_timer, context) => {
    const startedAt = Date.now();
    logStep(context, { step: context.functionName, ...(await purgeHistory(dependencies())), startedAt });
  },
});
