import { parseConstraint, type RouteConstraint } from './routeConstraint.ts';

type Parameter = {
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: readonly RouteConstraint[];
};

type Segment = { readonly kind: 'literal'; readonly text: string } | ({ readonly kind: 'parameter' } & Parameter);

/** An ASP.NET Core route template, ready to be matched. */
export interface Route {
  readonly template: string;
  readonly segments: readonly Segment[];
}

/**
 * Reads a route template: literal segments, `{id}`, `{id:int:min(1)}`, `{id?}`, `{id=5}`, `{*rest}`.
 * See https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates.
 * @throws Error for an unknown constraint, or for a segment that mixes text and parameters, which this host lacks
 */
export function parseRoute(template: string): Route {
  const segments = splitSegments(template.replace(/^~?\/+|\/+$/g, '')).map((text): Segment => {
    if (!/[{}]/.test(text)) return { kind: 'literal', text: text.toLowerCase() };
    if (!/^\{(?:[^{}]|\{\{|\}\})+\}$/.test(text)) {
      throw new Error(`The route "${template}" mixes text and parameters in "${text}", which this host cannot match.`);
    }
    return { kind: 'parameter', ...parseParameter(text.slice(1, -1).replaceAll('{{', '{').replaceAll('}}', '}')) };
  });
  return { template, segments };
}

/**
 * The parameters of a path that fits the route; undefined when it does not. Literals are compared without regard to
 * case, and an optional parameter that is missing is left out.
 * @param path decoded segments
 */
export function matchRoute(route: Route, path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  let at = 0;
  for (const segment of route.segments) {
    const value = path[at];
    if (segment.kind === 'literal') {
      if (value?.toLowerCase() !== segment.text) return undefined;
      at++;
      continue;
    }
    const given = segment.catchAll ? path.slice(at).join('/') : (value ?? '');
    at = segment.catchAll ? path.length : at + 1;
    if (given === '') {
      if (segment.defaultValue !== undefined) parameters[segment.name] = segment.defaultValue;
      else if (!segment.optional && !segment.catchAll) return undefined;
    } else if (segment.constraints.every((fits) => fits(given))) parameters[segment.name] = given;
    else return undefined;
  }
  return at >= path.length ? parameters : undefined;
}

/** Which of two routes is tried first, as ASP.NET Core orders them: the more specific, segment by segment. */
export function compareRoutes(a: Route, b: Route): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let at = 0; at < length; at++) {
    const difference = precedence(a.segments[at]) - precedence(b.segments[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function precedence(segment: Segment | undefined): number {
  if (segment === undefined) return 0;
  if (segment.kind === 'literal') return 1;
  const constrained = segment.constraints.length > 0;
  if (segment.catchAll) return constrained ? 4 : 5;
  return constrained ? 2 : 3;
}

/** Splits at slashes, but not at those inside of braces, where a regular expression may have some. */
function splitSegments(template: string): string[] {
  if (template === '') return [];
  const segments = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === '/' && depth === 0) segments.push('');
    else segments[segments.length - 1] += character;
  }
  return segments;
}

function parseParameter(text: string): Parameter {
  const [, stars = '', name = '', rest = ''] = /^(\*{0,2})([^:=?]+)([\s\S]*)$/.exec(text) ?? [];
  const optional = rest.endsWith('?');
  const [constraintText = '', defaultValue] = splitDefault(optional ? rest.slice(0, -1) : rest);
  const constraints = [...constraintText.matchAll(/:([a-z]+(?:\((?:[^()]|\([^()]*\))*\))?)/gi)];
  if (constraints.map(([whole]) => whole).join('') !== constraintText) {
    throw new Error(`The route parameter "{${text}}" cannot be read.`);
  }
  return {
    name,
    optional,
    catchAll: stars !== '',
    defaultValue,
    constraints: constraints.map(([, constraint]) => parseConstraint(constraint as string)),
  };
}

/** `:int=5` is a constraint and a default; an equals sign inside of brackets belongs to a regular expression. */
function splitDefault(text: string): [string, string | undefined] {
  const at = text.lastIndexOf('=');
  return at < 0 || text.lastIndexOf(')') > at ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
