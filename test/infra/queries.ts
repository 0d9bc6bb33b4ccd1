import { readdirSync, readFileSync } from 'node:fs';
import workbook from '../../infra/workbook.json' with { type: 'json' };

const alerts = new URL('../../infra/alerts/', import.meta.url);

/** Every query of an alert or of a tile of the workbook, in Kusto's language. */
export const queries: readonly { readonly name: string; readonly query: string }[] = [
  ...readdirSync(alerts).map((file) => ({ name: file, query: readFileSync(new URL(file, alerts), 'utf8') })),
  ...workbook.items.flatMap(({ name, content }) =>
    'query' in content && content.query !== undefined ? [{ name, query: content.query }] : [],
  ),
];

/** The queries of the log of the app. The others read the logs of storage accounts. */
export const queriesOfLog = queries.filter(({ query }) => !/^Storage\w+Logs$/m.test(query));

/** A field of a line of the log, and a text that a query compares it with. */
export interface Comparison {
  /** A path, such as `codes.dailyLoweringLimit`. */
  readonly field: string;
  readonly value: string;
}

/** Every text that a query compares a field with. @throws Error for a comparison of something that is no field */
export function comparisonsOf(query: string): Comparison[] {
  const named = [...query.matchAll(/(\w+) = to(?:string|int|long)\(line\.([\w.]+)\)/g)];
  const fields = new Map(named.map(([, name, field]) => [name, field]));
  const compared = /(?:to(?:string|int|long)\(line\.([\w.]+)\)|\b(\w+)) (?:==|in|startswith) (\([^)]*\)|'[^']*')/g;
  return [...query.matchAll(compared)].flatMap(([text, direct, name, values]) => {
    if (name === 'Message' || text.includes('startswith')) return [];
    const field = direct ?? fields.get(name);
    if (field === undefined) throw new Error(`Not a field of the log: ${text}`);
    return [...(values ?? '').matchAll(/'([^']*)'/g)].map(([, value]) => ({ field, value: value ?? '' }));
  });
}

/** The paths of all fields of a line that a query reads. */
export function fieldsOf(query: string): string[] {
  return [...new Set([...query.matchAll(/\bline\.([A-Za-z.]+)/g)].map(([, path]) => path ?? ''))];
}
