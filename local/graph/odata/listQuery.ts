import { GraphError, unsupportedQuery } from '../http/graphError.ts';
import { type Filter, type Filterable, parseFilter } from './filter.ts';

/** The abilities of a list. */
export interface ListOptions {
  readonly defaultTop: number;
  /** Properties that can be selected; all when missing. */
  readonly selectable?: ReadonlySet<string>;
  readonly filterable?: Filterable;
  readonly orderable?: ReadonlySet<string>;
  /** The name of the type, for messages. */
  readonly type: string;
}

/** The query options of a list, read. */
export interface ListQuery {
  readonly select: readonly string[] | undefined;
  readonly top: number;
  readonly filter: Filter | undefined;
  /** Whether the number of all matches is wanted; Graph counts only with `ConsistencyLevel: eventual`. */
  readonly count: boolean;
  /** The start of the page: a position from an earlier page. */
  readonly start: number;
}

const LARGEST_PAGE = 999;

const KNOWN = new Set(['$select', '$top', '$filter', '$count', '$orderby', '$skiptoken', '$format']);

/**
 * @throws GraphError 400 for options that the list does not support.
 */
export function readListQuery(
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
  options: ListOptions,
): ListQuery {
  for (const name of query.keys()) {
    if (name.startsWith('$') && !KNOWN.has(name.toLowerCase())) {
      throw unsupportedQuery(`'${name}' is not supported by the service.`);
    }
  }
  const filter = query.get('$filter');
  const eventual = headers.consistencylevel?.toLowerCase() === 'eventual';
  checkOrder(query.get('$orderby'), options);
  return {
    select: readSelect(query, options),
    top: readTop(query.get('$top'), options.defaultTop),
    filter: filter === undefined ? undefined : parseFilter(filter, options.filterable ?? {}),
    count: query.get('$count') === 'true' && eventual,
    start: readSkipToken(query.get('$skiptoken')),
  };
}

/** The `$select` of a list or a single object; undefined when there is none. */
export function readSelect(
  query: ReadonlyMap<string, string>,
  options: Pick<ListOptions, 'selectable' | 'type'>,
): readonly string[] | undefined {
  const text = query.get('$select');
  if (text === undefined || text.trim() === '') return undefined;
  const byName = new Map([...(options.selectable ?? [])].map((name) => [name.toLowerCase(), name]));
  return text.split(',').map((part) => {
    const name = part.trim();
    const known = options.selectable === undefined ? name : byName.get(name.toLowerCase());
    if (known !== undefined) return known;
    throw new GraphError(
      400,
      'BadRequest',
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type '${options.type}'.`,
    );
  });
}

function readTop(text: string | undefined, defaultTop: number): number {
  if (text === undefined) return defaultTop;
  const top = Number(text);
  if (!Number.isInteger(top) || top < 1 || top > LARGEST_PAGE) {
    throw unsupportedQuery(`Invalid page size specified: '${text}'. Must be between 1 and ${LARGEST_PAGE} inclusive.`);
  }
  return top;
}

function checkOrder(text: string | undefined, options: ListOptions): void {
  if (text === undefined) return;
  if (options.orderable?.has(text.trim()) !== true) throw unsupportedQuery('Unsupported sort property for the list.');
}

/** Makes the value of `$skiptoken` from a position. Callers must treat it as opaque. */
export function skipToken(position: number): string {
  return Buffer.from(`position:${position}`).toString('base64url');
}

function readSkipToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const position = /^position:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (position === undefined) {
    throw new GraphError(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired.');
  }
  return Number(position);
}
