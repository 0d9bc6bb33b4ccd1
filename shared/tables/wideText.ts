/** The longest text property that Table Storage takes is 64 KiB, which is 32,768 UTF-16 units. */
const PROPERTY_MAX_LENGTH = 32_000;

/** Spreads JSON over as many properties as it needs: `name0`, `name1`, … */
export function toWideText(name: string, value: unknown): Record<string, string> {
  const text = JSON.stringify(value);
  const properties: Record<string, string> = {};
  for (let start = 0, part = 0; start < text.length || part === 0; start += PROPERTY_MAX_LENGTH, part++)
    properties[`${name}${part}`] = text.slice(start, start + PROPERTY_MAX_LENGTH);
  return properties;
}

/** Reads what `toWideText` wrote; undefined when it is not there. */
export function fromWideText(name: string, row: Readonly<Record<string, unknown>>): unknown {
  let text = '';
  for (let part = 0; typeof row[`${name}${part}`] === 'string'; part++) text += row[`${name}${part}`];
  return text === '' ? undefined : JSON.parse(text);
}
