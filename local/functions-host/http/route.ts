import { parseConstraint, type RouteConstraint } from './routeConstraint.ts';

export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
}

export interface Parameter {
  readonly kind: 'parameter';
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: readonly RouteConstraint[];
}

/** One part, or text and parameters in turn, as in `{name}.{extension}`. */
export type Segment = readonly (Literal | Parameter)[];

/** An ASP.NET Core route template, ready to be matched. */
export interface Route {
  readonly template: string;
  readonly segments: readonly Segment[];
}

/** In a template, two braces stand for one of text. */
const PART = /\{((?:[^{}]|\{\{|\}\})+)\}|((?:[^{}]|\{\{|\}\})+)/gy;

/**
 * Reads a route template: literal segments, `{id}`, `{id:int:min(1)}`, `{id?}`, `{id=5}`, `{*rest}`, and segments of
 * text and parameters.
 * See https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates.
 * @throws Error for an unknown constraint, or a template that ASP.NET Core refuses too
 */
export function parseRoute(template: string): Route {
  const segments = splitSegments(template.replace(/^~?\/+|\/+$/g, '')).map(parseSegment);
  const parameters = segments.flat().filter((part) => part.kind === 'parameter');
  const names = parameters.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new Error(`The route "${template}" has the parameter "${twice}" twice.`);
  const misplaced = segments
    .slice(0, -1)
    .flat()
    .find((part) => part.kind === 'parameter' && part.catchAll);
  if (misplaced) throw new Error(`The route "${template}" has a catch-all parameter that is not at its end.`);
  return { template, segments };
}

function parseSegment(text: string): Segment {
  const parts: (Literal | Parameter)[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const found = PART.exec(text);
    if (!found) throw new Error(`The route segment "${text}" cannot be read: its braces do not fit together.`);
    const [, parameter, literal] = found;
    if (parameter === undefined) parts.push({ kind: 'literal', text: withoutEscapes(literal as string) });
    else parts.push(parseParameter(withoutEscapes(parameter)));
  }
  if (parts.length > 1) requireSeparated(text, parts);
  return parts;
}

/** In a segment of several parts, text stands between parameters, and only the last may be optional, after a dot. */
function requireSeparated(text: string, parts: Segment): void {
  for (const [at, part] of parts.entries()) {
    if (part.kind === 'literal') continue;
    const before = parts[at - 1];
    if (before?.kind === 'parameter') throw new Error(`The route segment "${text}" needs text between its parameters.`);
    if (part.catchAll) throw new Error(`The route segment "${text}" has a catch-all parameter beside other parts.`);
    if (part.optional && (at < parts.length - 1 || before?.text !== '.')) {
      throw new Error(
        `The route segment "${text}" may have an optional parameter only at its end, after a single dot.`,
      );
    }
  }
}

function withoutEscapes(text: string): string {
  return text.replaceAll('{{', '{').replaceAll('}}', '}');
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
    kind: 'parameter',
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
