import { decodePercent } from './percentDecoding.ts';

/**
 * The parameters of a query as ASP.NET Core reads them: names are the same whatever their case, and the values of one
 * name are joined by a comma. A name that comes more than once is written as it is the second time.
 * @param query with or without its question mark
 */
export function parseQuery(query: string): Map<string, string> {
  const parameters = new Map<string, { name: string; readonly values: string[] }>();
  for (const pair of query.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const equalsAt = pair.indexOf('=');
    const name = decode(equalsAt < 0 ? pair : pair.slice(0, equalsAt));
    const value = equalsAt < 0 ? '' : decode(pair.slice(equalsAt + 1));
    const key = name.toUpperCase();
    const parameter = parameters.get(key);
    if (!parameter) {
      parameters.set(key, { name, values: [value] });
      continue;
    }
    if (parameter.values.length === 1) parameter.name = name;
    parameter.values.push(value);
  }
  return new Map([...parameters.values()].map(({ name, values }) => [name, values.join(',')]));
}

function decode(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}
