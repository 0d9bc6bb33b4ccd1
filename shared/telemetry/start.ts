import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { describeError } from '../describeError.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

/**
 * Starts what the settings ask for. Everything of OpenTelemetry is in a file of its own, which is only loaded here: an
 * app without telemetry never reads it. Telemetry that cannot be started keeps nothing from running.
 * @param environment the standard variables of OpenTelemetry are read from it too
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
            // Signs in with the first export, not before.
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
    complain(`Telemetry is off, because it could not be started: ${describeError(thrown)}`);
    return noTelemetry;
  }
}

/** The endpoint of OTLP is one for everything, or one for each signal. */
function isOtlpWanted(settings: Settings): boolean {
  if (settings.OTEL_SDK_DISABLED) return false;
  return [
    settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,
  ].some((endpoint) => endpoint !== '');
}

/** There is no invocation to log it with: the host logs what a worker writes. */
function complain(problem: string): void {
  console.warn(JSON.stringify({ step: 'telemetry', problem: problem.split('\n')[0]?.slice(0, 300) }));
}
