import { app } from '@azure/functions';
import { prepareDependencies } from '../shared/host/dependencies.ts';
import { traceInvocations } from '../shared/telemetry/invocations.ts';
import { noTelemetry } from '../shared/telemetry/telemetry.ts';

// Settings are checked when the app starts, not at the first request.
app.hook.appStart(async () => {
  const { telemetry } = await prepareDependencies();
  if (telemetry === noTelemetry) return;
  app.hook.preInvocation(traceInvocations(telemetry));
  app.hook.appTerminate(() => telemetry.stop());
});
