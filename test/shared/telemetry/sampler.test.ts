import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { samplerOf } from '../../../shared/telemetry/sampler.ts';

/** Whether a part of a trace is kept whose beginning was not. */
function keeps(
  environment: Readonly<Record<string, string>>,
  traceId = `${'f'.repeat(8)}${'0'.repeat(24)}`,
): boolean | undefined {
  const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '1'.repeat(16), traceFlags: 0, isRemote: true });
  const sampler = samplerOf(environment, (problem) => problems.push(problem));
  const result = sampler?.shouldSample(parent, traceId, 'a span', SpanKind.INTERNAL, {}, []);
  return result && result.decision === SamplingDecision.RECORD_AND_SAMPLED;
}
const problems: string[] = [];

it('keeps every trace, whatever the caller or the host did with it', () => {
  expect(keeps({})).toBe(true);
});

it('leaves the samplers of the standard to the SDK', () => {
  for (const name of ['always_off', 'parentbased_always_on', 'traceidratio'])
    expect(samplerOf({ OTEL_TRACES_SAMPLER: name }, () => {})).toBeUndefined();
});

it("knows the host's sampler", () => {
  const host = { OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage' };
  expect(keeps({ ...host, OTEL_TRACES_SAMPLER_ARG: '1' })).toBe(true);
  expect(keeps({ ...host, OTEL_TRACES_SAMPLER_ARG: '0.1' })).toBe(false);
  expect(keeps({ ...host, OTEL_TRACES_SAMPLER_ARG: '0.1' }, `${'0'.repeat(31)}1`)).toBe(true);
  expect(problems).toEqual([]);
});

it('says so when it knows none of that name', () => {
  expect(keeps({ OTEL_TRACES_SAMPLER: 'sometimes' })).toBe(true);
  expect(problems.join()).toContain('OTEL_TRACES_SAMPLER');
});
