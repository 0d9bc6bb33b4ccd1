import { matchMixedSegment } from './mixedSegment.ts';
import type { Parameter, Route, Segment } from './route.ts';

/**
 * The parameters of a path that fits the route, as the route matcher of ASP.NET Core finds them; undefined when it does
 * not fit. Literals are compared without regard to case, a slash at the end of the path does not count, except in a
 * catch-all, and an optional parameter that is missing is left out.
 * @param path decoded, with its slash in front
 */
export function matchRoute(route: Route, path: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  const rest = restOfPath(path);
  for (const segment of route.segments) {
    const parameter = onlyParameter(segment);
    if (parameter?.catchAll) {
      const given = rest.text();
      // An empty segment right before a catch-all fits nothing.
      if (given.startsWith('/')) return undefined;
      if (given !== '') found[parameter.name] = given;
      return withDefaults(route, found);
    }
    const value = rest.next();
    if (value === '') return undefined;
    if (value === undefined) {
      if (!parameter || !(parameter.optional || parameter.defaultValue !== undefined)) return undefined;
    } else if (parameter) found[parameter.name] = value;
    else if (!matchText(segment, value, found)) return undefined;
  }
  return rest.text() === '' ? withDefaults(route, found) : undefined;
}

function onlyParameter(segment: Segment): Parameter | undefined {
  const [part] = segment;
  return segment.length === 1 && part?.kind === 'parameter' ? part : undefined;
}

function matchText(segment: Segment, value: string, found: Record<string, string>): boolean {
  const [part] = segment;
  if (segment.length === 1 && part?.kind === 'literal') return part.text.toUpperCase() === value.toUpperCase();
  const parameters = matchMixedSegment(segment, value);
  if (parameters) Object.assign(found, parameters);
  return parameters !== undefined;
}

/** Fills in defaults; then every constraint must fit, also for a default. One of a missing optional parameter does. */
function withDefaults(route: Route, found: Record<string, string>): Record<string, string> | undefined {
  for (const part of route.segments.flat()) {
    if (part.kind === 'literal') continue;
    const value = found[part.name] ?? part.defaultValue;
    if (value !== undefined) found[part.name] = value;
    const fits =
      value === undefined
        ? part.optional || part.constraints.length === 0
        : part.constraints.every((isMet) => isMet(value));
    if (!fits) return undefined;
  }
  return found;
}

/** The rest of a path, which is read segment by segment. */
function restOfPath(path: string): { next(): string | undefined; text(): string } {
  let at = 1;
  return {
    next() {
      if (at >= path.length) return undefined;
      const slash = path.indexOf('/', at);
      const segment = slash < 0 ? path.slice(at) : path.slice(at, slash);
      at = slash < 0 ? path.length : slash + 1;
      return segment;
    },
    text: () => path.slice(at),
  };
}
