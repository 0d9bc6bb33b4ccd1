import { describe, expect, it } from 'vitest';
import { placeInTrace } from '../../../shared/telemetry/invocations.ts';

const parent = (trace: string, span: string): string => `00-${trace.repeat(32)}-${span.repeat(16)}-01`;

describe('an invocation', () => {
  it("is part of the host's span", () => {
    expect(placeInTrace(parent('a', '1'), undefined)).toEqual({ parent: parent('a', '1') });
  });

  it("is part of the host's span in the trace that came with a message", () => {
    expect(placeInTrace(parent('a', '2'), parent('a', '1'))).toEqual({ parent: parent('a', '2') });
  });

  it('stays in the trace that came with a message when the host begins another, and is linked to that', () => {
    const place = placeInTrace(parent('b', '2'), parent('a', '1'));
    expect(place).toEqual({ parent: parent('a', '1'), link: parent('b', '2') });
  });

  it('stays in the trace that came with a message when the host has none', () => {
    expect(placeInTrace('', parent('a', '1'))).toEqual({ parent: parent('a', '1') });
  });

  it('begins a trace when there is none', () => {
    expect(placeInTrace('', undefined).parent).toBeUndefined();
  });
});
