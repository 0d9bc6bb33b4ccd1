/** The longest text property that Table Storage takes is 64 KiB, which is 32,768 UTF-16 units. */
const PROPERTY_MAX_LENGTH = 32_000;

type Name = (part: number) => string;
const wide =
  (name: string): Name =>
  (part) =>
    `${name}${part}`;
const long =
  (name: string): Name =>
  (part) =>
    part === 0 ? name : `${name}${part}`;

/** Spreads JSON over as many properties as it needs: `name0`, `name1`, … */
export function toSplitText(name: string, value: unknown): Record<string, string> {
  return spread(wide(name), value);
}

/** Reads what `toSplitText` wrote; undefined when it is not there. */
export function fromSplitText(name: string, row: Readonly<Record<string, unknown>>): unknown {
  return join(wide(name), row);
}

/** As `toSplitText`, for what fits into one property as a rule, which then is `name`; what does not goes on in `name1`, … */
export function toLongText(name: string, value: unknown): Record<string, string> {
  return spread(long(name), value);
}

/** Reads what `toLongText` wrote; undefined when it is not there. */
export function fromLongText(name: string, row: Readonly<Record<string, unknown>>): unknown {
  return join(long(name), row);
}

function spread(name: Name, value: unknown): Record<string, string> {
  const text = JSON.stringify(value);
  const properties: Record<string, string> = {};
  let start = 0;
  for (let part = 0; start < text.length || part === 0; part++) {
    // Half of a pair of UTF-16 units has no form in UTF-8, and would be lost on the way.
    const end = start + PROPERTY_MAX_LENGTH - (isFirstOfPair(text, start + PROPERTY_MAX_LENGTH - 1) ? 1 : 0);
    properties[name(part)] = text.slice(start, end);
    start = end;
  }
  return properties;
}

function isFirstOfPair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function join(name: Name, row: Readonly<Record<string, unknown>>): unknown {
  let text = '';
  for (let part = 0; typeof row[name(part)] === 'string'; part++) text += row[name(part)];
  return text === '' ? undefined : JSON.parse(text);
}
