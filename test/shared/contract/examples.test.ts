import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import connector from '../../../openapi.connector.json' with { type: 'json' };
import { openApiDocument } from '../../../shared/contract/document.ts';
import { errorCodes } from '../../../shared/contract/errorCodes.ts';
import type { Content, Operation } from '../../../shared/contract/openApi.ts';
import { closed } from '../../support/closedSchemas.ts';
import { formats } from '../../support/formats.ts';

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
ajv.addSchema(closed(document as unknown as AnySchemaObject), 'contract');

/** What is wrong with a value, by a schema of the document. */
function faultsOf(schema: object, value: unknown): string[] {
  const validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"contract#/')));
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

const operations: [string, Operation][] = Object.values(document.paths).flatMap((path) =>
  Object.values(path).map((operation): [string, Operation] => [operation.operationId, operation]),
);

/** Every body of an operation, with where it stands. */
function bodiesOf({ requestBody, responses }: Operation): [string, Content][] {
  return [
    ...(requestBody === undefined ? [] : [['request', requestBody.content] as [string, Content]]),
    ...Object.entries(responses).map(([status, { content }]): [string, Content] => [status, content]),
  ];
}

describe.each(operations)('%s', (_name, operation) => {
  it('has one media type for what it takes, and one for what it answers', () => {
    for (const [where, content] of bodiesOf(operation))
      expect([where, Object.keys(content)]).toEqual([where, [expect.any(String)]]);
    const good = bodiesOf(operation).filter(([where]) => where.startsWith('2'));
    expect(new Set(good.flatMap(([, content]) => Object.keys(content))).size).toBe(1);
  });

  it('has examples of every body, with a summary, that fit the schema', () => {
    for (const [where, content] of bodiesOf(operation))
      for (const { schema, examples } of Object.values(content)) {
        expect(Object.keys(examples).length, where).toBeGreaterThan(0);
        for (const [name, { summary, value }] of Object.entries(examples))
          expect([where, name, summary, faultsOf(schema, value)]).toEqual([where, name, expect.any(String), []]);
      }
  });

  it('has an example of every parameter and header that fits the schema', () => {
    const headers = Object.values(operation.responses).flatMap((answer) => Object.entries(answer.headers ?? {}));
    const all = [...(operation.parameters ?? []).map((one) => [one.name, one] as const), ...headers];
    for (const [name, { schema, example }] of all) expect([name, faultsOf(schema, example)]).toEqual([name, []]);
  });

  it('names the codes of its errors, with an example of each', () => {
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      const examples = content['application/json']?.examples ?? {};
      for (const [code, { value }] of Object.entries(examples)) {
        expect(value).toMatchObject({ error: { code, message: expect.stringMatching(/\.$/) } });
        expect(description).toContain(`\`${code}\``);
        expect(Object.entries(errorCodes)).toContainEqual([code, Number(status)]);
      }
    }
  });
});

it('every code of an error is answered by some operation', () => {
  const named = operations.flatMap(([, { responses }]) =>
    Object.values(responses).flatMap(({ content }) => Object.keys(content['application/json']?.examples ?? {})),
  );
  expect(Object.keys(errorCodes).filter((code) => !named.includes(code))).toEqual([]);
});

it('an example that does not fit is seen', () => {
  const ref = { $ref: '#/components/schemas/Operation' };
  const [example] = Object.values(
    document.paths['/operations/{operationId}']?.get?.responses['200']?.content['application/json']?.examples ?? {},
  );
  const value = example?.value as object;
  expect(faultsOf(ref, value)).toEqual([]);
  for (const wrong of [{ id: '4711' }, { status: 'Done' }, { createdDateTime: 'today' }, { more: true }])
    expect(faultsOf(ref, { ...value, ...wrong })).toHaveLength(1);
});

it('the connector has an example of every good answer', () => {
  for (const path of Object.values(connector.paths))
    for (const { responses } of Object.values(path) as { responses: Record<string, { examples?: object }> }[])
      for (const [status, { examples }] of Object.entries(responses))
        if (status !== 'default') expect(Object.keys(examples ?? {})).toHaveLength(1);
});
