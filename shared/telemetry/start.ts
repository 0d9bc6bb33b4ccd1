import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { describeError } from '../describeError.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

/**
 * Starts the telemetry in the settings. OpenTelemetry is loaded only when it is needed. If telemetry cannot be started,
 * the app runs without it.
 * @param environment also has the standard variables of OpenTelemetry
 */
export async function startTelemetry(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Telemetry> {
  const otlp = isOtlpWanted(settings);
  const insights = !settings.OTEL_SDK_DISABLED && settings.TELEMETRY_TO_APPLICATION_INSIGHTS;
  if (!otlp && !insights) return noTelemetry;
  try {
    const { openTelemetry } = await import('./openTelemetry.ts');
    return await openTelemetry({
      otlp: otlp ? settings.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf' : undefined,
      insights: insights
        ? {
            connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
            // The app signs in with the first export.
            ...(/Authorization=AAD/i.test(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING) && {
              credential: {
                getToken: async (scopes, options) => (await azureCredential(settings)).getToken(scopes, options),
              },
            }),
          }
        : undefined,
      metricsEveryMs: settings.OTEL_METRIC_EXPORT_INTERVAL,
      environment,
      complain,
    });
  } catch (thrown) {
    complain(`Telemetry is off, because it could not start: ${describeError(thrown)}`);
    return noTelemetry;
  }
}

/** Whether an OTLP endpoint is set, for all signals or for one. */
function isOtlpWanted(settings: Settings): boolean {
  if (settings.OTEL_SDK_DISABLED) return false;
  return [
    settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,
  ].some((endpoint) => endpoint !== '');
}

/** Logs a problem outside of an invocation: the host logs the output of the worker. */
function complain(problem: string): void {
  console.warn(JSON.stringify({ step: 'telemetry', problem: problem.split('\n')[0]?.slice(0, 300) }));
}
