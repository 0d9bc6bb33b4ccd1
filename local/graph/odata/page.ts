import { type ListQuery, skipToken } from './listQuery.ts';

/** The address of a list, for its context and the links to further pages. */
export interface ListLocation {
  /** Such as `http://127.0.0.1:1234/beta`. */
  readonly versionUrl: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** The name of the set in `@odata.context`. */
  readonly set: string;
}

/** Items by position. Positions are stable while a list is paged through; `undefined` is a gap. */
export interface Source<T> {
  readonly length: number;
  at(position: number): T | undefined;
}

/** One page of a list. The link to the next page is there exactly when something follows. */
export function page<T>(
  source: Source<T>,
  query: ListQuery,
  location: ListLocation,
  shape: { readonly matches?: (item: T) => boolean; readonly resource: (item: T) => object },
): object {
  const value: object[] = [];
  const matching = (position: number): T | undefined => {
    const item = source.at(position);
    return item === undefined || shape.matches?.(item) === false ? undefined : item;
  };
  let next: number | undefined;
  for (let position = query.start; position < source.length; position++) {
    const item = matching(position);
    if (item === undefined) continue;
    if (value.length === query.top) {
      next = position;
      break;
    }
    value.push(shape.resource(item));
  }
  return {
    '@odata.context': contextUrl(location, query.select),
    ...(query.count ? { '@odata.count': countMatches(source.length, matching) } : {}),
    ...(next === undefined ? {} : { '@odata.nextLink': nextLink(location, next) }),
    value,
  };
}

/** The `@odata.context` of a list or, with `/$entity` in its set, of one object. */
export function contextUrl(location: Pick<ListLocation, 'versionUrl' | 'set'>, select?: readonly string[]): string {
  const [set, ...rest] = location.set.split('/$');
  const suffix = rest.length === 0 ? '' : `/$${rest.join('/$')}`;
  const selected = select === undefined ? '' : `(${select.join(',')})`;
  return `${location.versionUrl}/$metadata#${set}${selected}${suffix}`;
}

function nextLink(location: ListLocation, position: number): string {
  const options = [...location.query]
    .filter(([name]) => name !== '$skiptoken')
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  return `${location.versionUrl}${location.path}?${[...options, `$skiptoken=${skipToken(position)}`].join('&')}`;
}

function countMatches(length: number, matching: (position: number) => unknown): number {
  let count = 0;
  for (let position = 0; position < length; position++) if (matching(position) !== undefined) count++;
  return count;
}
