import type { Schema } from '../openApi.ts';
import { type Html, html, nothing, prose } from './html.ts';

const REFERENCE = '#/components/schemas/';

/** The properties of an object with their types; those of objects in it are named `object.property`. */
export function schemaTable(schema: Schema): Html {
  const rows = rowsOf(schema, '');
  if (rows.length === 0) return html`<p>${typeText(schema)}</p>`;
  return html`<div class="wide"><table>
<thead><tr><th scope="col">Property</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function rowsOf(schema: Schema, prefix: string): Html[] {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(objectOf(schema.properties)).flatMap(([name, value]) => {
    const property = objectOf(value);
    const inner = objectWithin(property);
    return [
      html`<tr><th scope="row"><code>${prefix}${name}</code>${required.has(name) ? nothing : html` <i>optional</i>`}</th><td class="type">${typeText(property)}</td><td>${prose(String(property.description ?? ''))}</td></tr>\n`,
      ...(inner === undefined ? [] : rowsOf(inner, `${prefix}${name}${isList(property) ? '[].' : '.'}`)),
    ];
  });
}

/** The object that a property is, or may be, or has a list of. One with a name has a table of its own. */
function objectWithin(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  if (schema.items !== undefined) return objectWithin(objectOf(schema.items));
  return alternatives(schema).find(({ properties }) => properties !== undefined);
}

function isList({ type }: Schema): boolean {
  return type === 'array';
}

/** What a value must be, in words. */
export function typeText(schema: Schema): Html {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(REFERENCE.length);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (Array.isArray(schema.enum)) return choice(schema.enum.map((word) => html`<code>${String(word)}</code>`));
  if (schema.type === 'null') return html`null`;
  if ('const' in schema) return html`<code>${String(schema.const)}</code>`;
  const several = alternatives(schema);
  if (several.length > 0) return choice(several.map(typeText));
  if (isList(schema)) return html`list of ${typeText(objectOf(schema.items))}${limits(schema)}`;
  if (Array.isArray(schema.type)) return choice(schema.type.map((type) => typeText({ ...schema, type })));
  const type = typeof schema.format === 'string' ? schema.format : String(schema.type ?? 'any value');
  return html`${type}${limits(schema)}`;
}

function choice(words: readonly Html[]): Html {
  return html`${words.map((word, index) => (index === 0 ? word : html` or ${word}`))}`;
}

function limits({ minLength, maxLength, minItems, maxItems, minimum }: Schema): Html {
  const least = minLength ?? minItems;
  const most = maxLength ?? maxItems;
  const unit = maxLength === undefined ? 'entries' : 'characters';
  const said = [
    ...(least === undefined ? [] : [`at least ${String(least)}`]),
    ...(most === undefined ? [] : [`at most ${Number(most).toLocaleString('en')} ${unit}`]),
    ...(minimum === undefined ? [] : [`from ${String(minimum)}`]),
  ].join(', ');
  return said === '' ? nothing : html` (${said})`;
}

function alternatives({ anyOf, oneOf }: Schema): Schema[] {
  const several = anyOf ?? oneOf;
  return Array.isArray(several) ? several.map(objectOf) : [];
}

function objectOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
