import type { RpcTypedData } from '../app/rpc.ts';
import { parseNewtonsoftObject } from './newtonsoftJson.ts';

/** What Newtonsoft.Json takes for a date when it stands in a string. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,7})?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Lets the properties of a JSON body overwrite metadata of the same name, whatever their case, as the real host does
 * (Utility.ApplyBindingData in Azure/azure-functions-host): not arrays, not null, scalars as .NET writes them. A body
 * that is not a JSON object has no properties.
 */
export function overwriteFromBody(metadata: Record<string, RpcTypedData>, body: string): Record<string, RpcTypedData> {
  const properties = propertiesOf(body);
  if (properties === undefined) return metadata;
  const merged = { ...metadata };
  const names = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [property, value] of properties) {
    if (value === null || Array.isArray(value)) continue;
    const name = names.get(property.toLowerCase()) ?? property;
    names.set(property.toLowerCase(), name);
    merged[name] = typeof value === 'object' ? { json: JSON.stringify(value) } : { string: dotNetText(value) };
  }
  return merged;
}

function propertiesOf(body: string): Map<string, unknown> | undefined {
  // As .NET trims: a byte order mark is no white space.
  const text = body.replaceAll(/^[^\S\uFEFF]+|[^\S\uFEFF]+$/g, '');
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    return parseNewtonsoftObject(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A scalar as .NET writes it in the invariant culture. Dates lose fraction and zone; a local time is one of UTC here. */
function dotNetText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'string' || !DATE.test(value)) return String(value);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(value);
  const date = new Date(hasZone ? value : `${value}Z`);
  if (Number.isNaN(date.getTime())) return value;
  const [day, time] = date.toISOString().split('T') as [string, string];
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}/${dayOfMonth}/${year} ${time.slice(0, 8)}`;
}
