import { app } from '@azure/functions';
import { prepareDependencies } from '../shared/host/dependencies.ts';
import { traceInvocations } from '../shared/telemetry/invocations.ts';
import { noTelemetry } from '../shared/telemetry/telemetry.ts';

// A setting that is missing or wrong shows when the app starts, not when somebody calls.
app.hook.appStart(async () => {
  const { telemetry } = await prepareDependencies();
  if (telemetry === noTelemetry) return;
  app.hook.preInvocation(traceInvocations(telemetry));
  app.hook.appTerminate(() => telemetry.stop());
});
