import { createRequire } from 'node:module';
import { withoutIdleZeros } from '../dotNetTime.ts';

/** A value with its AMQP type, as rhea reads it before it gives up the type. */
interface TypedValue {
  readonly type: { readonly name: string };
  readonly value: unknown;
}

/** The part of rhea that is not its public interface, as of rhea 3.0. */
interface RheaTypes {
  unwrap_map_simple(section: { readonly value: readonly TypedValue[] }): object;
}

const typesOf = new WeakMap<object, ReadonlyMap<string, string>>();
let watching = false;

/**
 * Has rhea remember the AMQP types of application properties. It gives a UUID as bytes and a character as a number, so
 * that they cannot be told from binary data and numbers afterwards; .NET keeps them apart. Messages themselves stay as
 * they are.
 */
export function rememberPropertyTypes(): void {
  if (watching) return;
  watching = true;
  const types = createRequire(import.meta.url)('rhea/lib/types.js') as RheaTypes;
  const original = types.unwrap_map_simple;
  types.unwrap_map_simple = (section) => {
    const properties = original(section);
    const { value } = section;
    const names = value.flatMap((key, at): [string, string][] =>
      at % 2 === 0 ? [[String(key.value), value[at + 1]?.type.name ?? '']] : [],
    );
    typesOf.set(properties, new Map(names));
    return properties;
  };
}

/** Application properties as .NET's JSON has them: bytes as base64, a UUID and a character as text. */
export function propertiesToJson(properties: Readonly<Record<string, unknown>>): string {
  const types = typesOf.get(properties);
  const converted = Object.entries(properties).map(([name, value]) => [name, toJsonValue(value, types?.get(name))]);
  return JSON.stringify(Object.fromEntries(converted));
}

function toJsonValue(value: unknown, type: string | undefined): unknown {
  if (type === 'CharUTF32' && typeof value === 'number') return String.fromCodePoint(value);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return withoutIdleZeros(value.toISOString());
  if (!(value instanceof Uint8Array)) return value;
  const bytes = Buffer.from(value);
  if (type !== 'Uuid') return bytes.toString('base64');
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
