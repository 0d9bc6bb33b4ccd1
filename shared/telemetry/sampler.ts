import { AlwaysOnSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';

/** The values of `OTEL_TRACES_SAMPLER` that OpenTelemetry's SDK knows. */
const STANDARD = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

/**
 * The sampler: all traces, unless `OTEL_TRACES_SAMPLER` sets another; undefined lets the SDK read that variable. The
 * standard's default follows the flag of the caller, but the Functions host marks wanted invocations as "not sampled".
 * The host reads the same variable and has own names for samplers, which begin with `microsoft.`.
 */
export function samplerOf(
  environment: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void,
): Sampler | undefined {
  const { OTEL_TRACES_SAMPLER: name = '', OTEL_TRACES_SAMPLER_ARG: argument } = environment;
  if (STANDARD.includes(name)) return undefined;
  const ratio = Number(argument);
  if (name === 'microsoft.fixed_percentage' && argument !== undefined && ratio >= 0 && ratio < 1)
    return new TraceIdRatioBasedSampler(ratio);
  if (name !== '' && !name.startsWith('microsoft.'))
    complain(`OTEL_TRACES_SAMPLER has an unknown value, so all traces are kept. Use one of: ${STANDARD.join(', ')}.`);
  return new AlwaysOnSampler();
}
