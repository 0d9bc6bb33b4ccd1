import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { dependencies } from '../shared/dependencies.ts';
import { toError } from '../shared/errors.ts';
import { logError, logStep } from '../shared/log.ts';
import { auditRegistrations } from '../shared/registration/auditRegistrations.ts';
import { mostReminders, remindRules } from '../shared/registration/remind.ts';
import { measureSweep } from '../shared/telemetry/measurements.ts';

const DAY_MS = 24 * 60 * 60_000;

app.timer('auditRegistrations', {
  schedule: '%REGISTRATION_AUDIT_SCHEDULE%',
  handler: async (_timer, context) => {
    const startedAt = Date.now();
    const deps = dependencies();
    const { settings } = deps;
    try {
      const { end, sweep } = await auditRegistrations({
        ...deps,
        newId: randomUUID,
        promote: settings.PROMOTE_REGISTERED,
        stuckAfterMs: settings.STUCK_AFTER_DAYS * DAY_MS,
        remind: remindRules(settings),
        mostReminders: mostReminders(settings),
        budgetMs: settings.REGISTRATION_AUDIT_BUDGET_SECONDS * 1000,
      });
      const { number, listed, users, entries, promoted, reminded, requests, resumed, notes, problem } = sweep ?? {};
      const progress = { sweep: number, listed, users, entries, promoted, reminded, requests, resumed, notes, problem };
      measureSweep(deps.telemetry, end, sweep);
      const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024); // it must not grow with the tenant
      logStep(context, { step: context.functionName, end, ...progress, peakMegabytes, startedAt });
    } catch (thrown) {
      const error = toError(thrown);
      logError(context, { step: context.functionName, error, startedAt });
      throw error;
    }
  },
});
