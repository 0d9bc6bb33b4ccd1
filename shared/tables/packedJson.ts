import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { MAX_PROPERTY_BYTES } from './sizes.ts';

const [zip, unzip] = [promisify(gzip), promisify(gunzip)];

/**
 * Compresses JSON into as many binary properties as it needs: `name0`, `name1`, … The entries of one chunk have most of
 * their text in common, so they take a tenth of the space.
 */
export async function toPackedJson(name: string, value: unknown): Promise<Record<string, Uint8Array>> {
  const bytes = await zip(JSON.stringify(value));
  const properties: Record<string, Uint8Array> = {};
  for (let part = 0; part * MAX_PROPERTY_BYTES < bytes.length; part++)
    properties[`${name}${part}`] = bytes.subarray(part * MAX_PROPERTY_BYTES, (part + 1) * MAX_PROPERTY_BYTES);
  return properties;
}

/**
 * Reads what `toPackedJson` wrote; undefined when the properties are missing.
 * @throws SyntaxError when they are damaged
 */
export async function fromPackedJson(name: string, row: Readonly<Record<string, unknown>>): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for (let part = row[`${name}0`]; part instanceof Uint8Array; part = row[`${name}${parts.length}`]) parts.push(part);
  if (parts.length === 0) return undefined;
  return JSON.parse((await unzip(Buffer.concat(parts))).toString());
}
