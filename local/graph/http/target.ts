import { GraphError } from './graphError.ts';

/** A request target, taken apart. */
export interface Target {
  /** Decoded path segments. `name(key)` counts as two segments, `name` and `key`, with the key's quotes removed. */
  readonly segments: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  /** The path as it was sent, without query. */
  readonly path: string;
}

/**
 * Reads a path with an optional query. Whatever follows a `#` is cut off, because in a URL it begins the fragment: a
 * guest's user principal name must be sent with `%23`.
 * @throws GraphError 400 when the percent-encoding is broken.
 */
export function readTarget(raw: string): Target {
  const fragment = raw.indexOf('#');
  const target = fragment === -1 ? raw : raw.slice(0, fragment);
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const segments: string[] = [];
  for (const part of path.split('/')) {
    if (part === '') continue;
    const keyed = /^([A-Za-z]+)\((.*)\)$/.exec(part);
    if (keyed === null) segments.push(decode(part));
    else segments.push(keyed[1] as string, decode(keyed[2] as string).replace(/^'(.*)'$/, '$1'));
  }
  return { segments, query: readQuery(question === -1 ? '' : target.slice(question + 1)), path };
}

function readQuery(raw: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const value = equals === -1 ? '' : pair.slice(equals + 1);
    query.set(decode(name), decode(value.replaceAll('+', ' ')));
  }
  return query;
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new GraphError(400, 'BadRequest', 'The request URL is not encoded correctly.', { cause });
  }
}
