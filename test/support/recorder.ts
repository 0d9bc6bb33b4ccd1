import type { Attributes, SpanStart, Telemetry } from '../../shared/telemetry/telemetry.ts';

/** Telemetry that stores its records. */
export interface Recorder extends Telemetry {
  readonly records: [metric: string, value: number, attributes?: Attributes][];
  readonly spans: (SpanStart & { readonly failed?: string })[];
}

export function recorder(): Recorder {
  const records: Recorder['records'] = [];
  const spans: Recorder['spans'] = [];
  return {
    records,
    spans,
    async span(start, work) {
      let attributes = { ...start.attributes };
      let failed: string | undefined;
      const result = await work({
        set: (more) => {
          attributes = { ...attributes, ...more };
        },
        fail: (errorType) => {
          failed = errorType;
        },
      });
      spans.push({ ...start, attributes, ...(failed !== undefined && { failed }) });
      return result;
    },
    traceParent: () => undefined,
    record: (...told) => {
      records.push(told);
    },
    stop: async () => {},
  };
}
