import { app } from '@azure/functions';
import { dependencies } from '../shared/dependencies.ts';
import { logStep } from '../shared/log.ts';
import { recoverOperations } from '../shared/operations/recover.ts';

app.timer('recoverOperations', {
  schedule: '%RECOVERY_SCHEDULE%',
  handler: async (_timer, context) => {
    const startedAt = Date.now();
    logStep(context, { step: context.functionName, ...(await recoverOperations(dependencies())), startedAt });
  },
});
