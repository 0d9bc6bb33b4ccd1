import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { withEndpointTable } from '../../../local/contract/endpointTable.ts';
import connector from '../../../openapi.connector.json' with { type: 'json' };
import openApi from '../../../openapi.json' with { type: 'json' };
import { connectorDocument } from '../../../shared/contract/connector.ts';
import { openApiDocument } from '../../../shared/contract/document.ts';
import { ids } from '../../../shared/contract/examples/people.ts';
import { routes } from '../../../shared/contract/routes.ts';
import { contractFaults } from '../../support/contract.ts';

const STALE = 'is stale: run npm run contract';

describe('the committed contract', () => {
  it('is the one that the schemas give', () => {
    expect(openApi, `openapi.json ${STALE}`).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect(connector, `openapi.connector.json ${STALE}`).toEqual(JSON.parse(JSON.stringify(connectorDocument())));
    const page = readFileSync('docs/api.md', 'utf8');
    expect(page, `the endpoints of docs/api.md ${STALE}`).toBe(withEndpointTable(page, routes));
  });

  it.each([
    ['openapi.json', openApi, '3.1'],
    ['openapi.connector.json', connector, '2.0'],
  ])('%s keeps to its specification', async (_name, document, version) => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(validator.version).toBe(version);
  });
});

describe('the connector', () => {
  const operations = Object.values(connector.paths).flatMap((path) => Object.values(path) as Record<string, unknown>[]);

  it('marks lists with pages, and requests that continue after their answer', () => {
    const having = (hint: string): unknown[] =>
      operations.filter((operation) => hint in operation).map(({ operationId }) => operationId);
    expect(having('x-ms-pageable')).toEqual(expect.arrayContaining(['listOperations', 'listOperationItems']));
    expect(having('x-ms-long-running-operation')).toEqual(['requestStateChange', 'retryOperation', 'undoOperation']);
  });

  it('has words for people at every operation and parameter', () => {
    for (const { operationId, summary, description, parameters } of operations) {
      expect([summary, description], String(operationId)).toEqual([expect.any(String), expect.any(String)]);
      for (const parameter of parameters as object[]) expect(parameter).toHaveProperty('x-ms-summary');
    }
  });

  it('has no types that Swagger 2.0 does not know', () => {
    const text = JSON.stringify(connector);
    for (const word of ['"null"', 'anyOf', '#/components/']) expect(text.includes(word), word).toBe(false);
  });
});

/** Every property of the named schemas, with where it stands. */
function propertiesOf(schema: unknown, at: string): { at: string; name: string; property: Record<string, unknown> }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? Object.entries(value as Record<string, Record<string, unknown>>).flatMap(([name, property]) => [
          { at: `${at}.${name}`, name, property },
          ...propertiesOf(property, `${at}.${name}`),
        ])
      : propertiesOf(value, key === 'items' || key === 'anyOf' || /^\d+$/.test(key) ? at : `${at}/${key}`),
  );
}

describe('the words of the contract', () => {
  const { schemas } = openApi.components;
  const properties = Object.entries(schemas).flatMap(([name, schema]) => propertiesOf(schema, name));
  const parameters = Object.values(openApi.paths).flatMap((path) =>
    Object.values(path).flatMap(
      (operation: { parameters?: { name: string; description: string }[] }) => operation.parameters ?? [],
    ),
  );

  it('describe every property and parameter', () => {
    expect(properties.length).toBeGreaterThan(100);
    expect(properties.filter(({ property }) => !property.description && !property.$ref).map(({ at }) => at)).toEqual(
      [],
    );
    expect(parameters.filter(({ description }) => description === '')).toEqual([]);
  });

  it('call every time a DateTime, and nothing else', () => {
    const isTime = (property: object): boolean => JSON.stringify(property).includes('"format":"date-time"');
    for (const { at, name, property } of properties.filter(
      (one) => !('properties' in one.property) && !('items' in one.property),
    ))
      if (property.anyOf === undefined || name.endsWith('DateTime'))
        expect([at, isTime(property)]).toEqual([at, name.endsWith('DateTime')]);
    const names = [...properties, ...parameters].map(({ name }) => name);
    const others = /^(at|asOf|since)$|(At|Since|Time|Date)$/;
    expect(names.filter((name) => others.test(name) && !name.endsWith('DateTime'))).toEqual([]);
    // In answers, from and to are states.
    expect(parameters.filter(({ name }) => name === 'from' || name === 'to')).toEqual([]);
  });

  it('have no default that would make a client send a property that may be missing', () => {
    expect(JSON.stringify([schemas.StateChangeRequest, schemas.RetryRequest])).not.toContain('"default"');
    expect(schemas.StateChangeRequest.required).toEqual(['state', 'reason']);
    expect(schemas.RetryRequest).not.toHaveProperty('required');
  });

  it('are those of the field', () => {
    const texts = JSON.stringify([openApi, connector]).match(/"(description|summary|x-ms-summary)":"[^"]*"/g) ?? [];
    expect(
      texts.filter((text) => /guard|weaken(ed|ing)|became of|registration audit|letter|ceiling/i.test(text)),
    ).toEqual([]);
  });
});

describe('checking answers', () => {
  it('sees a property that is missing, unknown or of another type, and a status that is not foreseen', () => {
    const state = { id: ids.alice, state: 'enabled', registered: null, checkedDateTime: '2026-03-02T09:20:00.000Z' };
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 200, state)).toEqual([]);
    for (const wrong of [
      { ...state, checkedDateTime: undefined },
      { ...state, more: 1 },
      { ...state, state: 'on' },
      { ...state, id: 'x' },
      { ...state, checkedDateTime: 'now' },
    ])
      expect(contractFaults('GET', 'users/a@b.c/mfa-state', 200, JSON.parse(JSON.stringify(wrong)))).toHaveLength(1);
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 418, state)).toHaveLength(1);
    const error = (code: string) => ({ error: { code, message: 'a test' } });
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 404, error('UserNotFound'))).toEqual([]);
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 404, error('OperationNotFound'))).toHaveLength(1);
  });
});
