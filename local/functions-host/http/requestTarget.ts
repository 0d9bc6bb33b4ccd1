import { decodePercent } from './percentDecoding.ts';

/** The target of a request. */
export interface RequestTarget {
  /** Decoded; empty for `*` and for the authority of a CONNECT. */
  readonly path: string;
  /** As it was sent, with the question mark; empty when there is none. */
  readonly query: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)([^?]*)(.*)$/is;

/**
 * Reads a request target as Kestrel does.
 * @param host the value of the header Host
 * @returns undefined for a target that Kestrel refuses with 400: a fragment, a null character, a relative path, or the
 *   absolute address of another host
 */
export function parseTarget(method: string, target: string, host: string): RequestTarget | undefined {
  if (target.includes('#')) return undefined;
  if (method === 'CONNECT' && !target.startsWith('/')) return { path: '', query: '' };
  if (method === 'OPTIONS' && target === '*') return { path: '', query: '' };
  const [, authority, absolutePath = '', absoluteQuery = ''] = ABSOLUTE_FORM.exec(target) ?? [];
  if (authority !== undefined) {
    return authority.toLowerCase() === host.toLowerCase() ? originForm(absolutePath || '/', absoluteQuery) : undefined;
  }
  if (!target.startsWith('/')) return undefined;
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? originForm(target, '') : originForm(target.slice(0, queryAt), target.slice(queryAt));
}

function originForm(path: string, query: string): RequestTarget | undefined {
  const decoded = decodePath(path);
  return decoded.includes('\0') ? undefined : { path: decoded, query };
}

/**
 * A path as Kestrel decodes it: percent-encoded UTF-8 becomes text, but `%2F` stays, so a slash in a parameter cannot
 * be told from one between segments; `.` and `..` are taken out after decoding.
 */
export function decodePath(path: string): string {
  const decoded = decodePercent(path, '/');
  if (!decoded.includes('/.')) return decoded;
  const kept: string[] = [];
  const segments = decoded.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
