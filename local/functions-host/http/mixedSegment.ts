import type { Segment } from './route.ts';

/**
 * The parameters of a path segment that fits text and parameters in turn, as `{name}.{extension}`; undefined when it
 * does not fit. As ASP.NET Core does, it goes from right to left and takes each text where it comes last, without ever
 * going back; each parameter takes at least one character. A last parameter that is optional may be missing together
 * with the dot before it.
 */
export function matchMixedSegment(segment: Segment, value: string): Record<string, string> | undefined {
  const found = matchFromRight(segment, value);
  const last = segment.at(-1);
  if (found || last?.kind !== 'parameter' || !last.optional || value.endsWith('.')) return found;
  return matchFromRight(segment.slice(0, -2), value);
}

function matchFromRight(segment: Segment, value: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  const upperCase = value.toUpperCase();
  let end = value.length;
  let waiting: string | undefined;
  for (const [at, part] of [...segment.entries()].reverse()) {
    if (part.kind === 'parameter') {
      waiting = part.name;
      continue;
    }
    const before = upperCase.slice(0, waiting === undefined ? end : Math.max(end - 1, 0));
    const start = before.lastIndexOf(part.text.toUpperCase());
    if (start < 0) return undefined;
    const textEnd = start + part.text.length;
    if (at === segment.length - 1 && textEnd !== value.length) return undefined;
    if (waiting !== undefined) found[waiting] = value.slice(textEnd, end);
    waiting = undefined;
    end = start;
  }
  if (waiting === undefined) return end === 0 ? found : undefined;
  if (end === 0) return undefined;
  found[waiting] = value.slice(0, end);
  return found;
}
