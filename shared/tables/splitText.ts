import { isFirstOfPair } from './cutText.ts';
import { MAX_PROPERTY_BYTES } from './sizes.ts';

/** The longest text property, in UTF-16 units of 2 bytes, rounded down. */
const PROPERTY_MAX_LENGTH = Math.floor(MAX_PROPERTY_BYTES / 2 / 1_000) * 1_000;

type Name = (part: number) => string;
const wide =
  (name: string): Name =>
  (part) =>
    `${name}${part}`;
const long =
  (name: string): Name =>
  (part) =>
    part === 0 ? name : `${name}${part}`;

/** Splits JSON into as many properties as it needs: `name0`, `name1`, … */
export function toSplitText(name: string, value: unknown): Record<string, string> {
  return spread(wide(name), value);
}

/** Reads what `toSplitText` wrote; undefined when the properties are missing. */
export function fromSplitText(name: string, row: Readonly<Record<string, unknown>>): unknown {
  return join(wide(name), row);
}

/** The JSON that `toSplitText` wrote, unread; empty when the properties are missing. */
export function splitTextOf(name: string, row: Readonly<Record<string, unknown>>): string {
  return joined(wide(name), row);
}

/** As `toSplitText`, for text that usually fits into one property: `name`, and `name1`, … for the rest. */
export function toLongText(name: string, value: unknown): Record<string, string> {
  return spread(long(name), value);
}

/** Reads what `toLongText` wrote; undefined when the properties are missing. */
export function fromLongText(name: string, row: Readonly<Record<string, unknown>>): unknown {
  return join(long(name), row);
}

function spread(name: Name, value: unknown): Record<string, string> {
  const text = JSON.stringify(value);
  const properties: Record<string, string> = {};
  let start = 0;
  for (let part = 0; start < text.length || part === 0; part++) {
    // A cut must not split a surrogate pair: half of one has no form in UTF-8, and would be lost.
    const end = start + PROPERTY_MAX_LENGTH - (isFirstOfPair(text, start + PROPERTY_MAX_LENGTH - 1) ? 1 : 0);
    properties[name(part)] = text.slice(start, end);
    start = end;
  }
  return properties;
}

function join(name: Name, row: Readonly<Record<string, unknown>>): unknown {
  const text = joined(name, row);
  return text === '' ? undefined : JSON.parse(text);
}

function joined(name: Name, row: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let part = 0; typeof row[name(part)] === 'string'; part++) text += row[name(part)];
  return text;
}
