import type { TextBody } from '../route.ts';
import type { SchemaName } from '../schemas.ts';
import { type Example, schemaExamples } from './schemas.ts';
import { textExamples } from './text.ts';

/**
 * The examples of a body.
 * @param only the name of the one that fits; all of them, when missing
 * @throws Error when there is none
 */
export function examplesOf(body: SchemaName | TextBody, only?: string): Readonly<Record<string, Example>> {
  if (typeof body !== 'string') return { file: { summary: 'A file', value: textExamples[body.example] } };
  const all: Readonly<Record<string, Example>> = schemaExamples[body];
  if (only === undefined) return all;
  const example = all[only];
  if (example === undefined) throw new Error(`There is no example ${only} of ${body} in examples/schemas.ts.`);
  return { [only]: example };
}
