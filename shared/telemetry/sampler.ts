import { AlwaysOnSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';

/** What OpenTelemetry's SDK reads from `OTEL_TRACES_SAMPLER` by itself. */
const STANDARD = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

/**
 * Which traces are kept: all, unless `OTEL_TRACES_SAMPLER` says otherwise; undefined leaves it to the SDK, which reads
 * that variable. The standard's own default would go by the caller's flag, and the Functions host says "not sampled" of
 * invocations that are very much wanted. The host has names of Microsoft's for samplers, and shares the variable with us.
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
    complain(
      `OTEL_TRACES_SAMPLER has an unknown value, so all traces are kept. These are known: ${STANDARD.join(', ')}.`,
    );
  return new AlwaysOnSampler();
}
