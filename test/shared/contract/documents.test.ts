import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { withEndpointTable } from '../../../local/contract/endpointTable.ts';
import connector from '../../../openapi.connector.json' with { type: 'json' };
import openApi from '../../../openapi.json' with { type: 'json' };
import { connectorDocument } from '../../../shared/contract/connector.ts';
import { openApiDocument } from '../../../shared/contract/document.ts';
import { routes } from '../../../shared/contract/routes.ts';
import { contractFaults } from '../../support/contract.ts';

const STALE = 'is stale: run npm run contract';

describe('the committed contract', () => {
  it('is the one that the schemas give', () => {
    expect(openApi, `openapi.json ${STALE}`).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect(connector, `openapi.connector.json ${STALE}`).toEqual(JSON.parse(JSON.stringify(connectorDocument())));
    const readme = readFileSync('README.md', 'utf8');
    expect(readme, `the endpoints of README.md ${STALE}`).toBe(withEndpointTable(readme, routes));
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

  it('says which lists have pages, and which requests go on after their answer', () => {
    const having = (hint: string): unknown[] =>
      operations.filter((operation) => hint in operation).map(({ operationId }) => operationId);
    expect(having('x-ms-pageable')).toEqual(expect.arrayContaining(['listOperations', 'listOperationItems']));
    expect(having('x-ms-long-running-operation')).toEqual(['requestStateChange', 'retryOperation']);
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

describe('checking answers', () => {
  it('sees a property that is missing, unknown or of another type, and a status that is not foreseen', () => {
    const state = { id: 'x', state: 'enabled', registered: null, checkedDateTime: 'now' };
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 200, state)).toEqual([]);
    for (const wrong of [
      { ...state, checkedDateTime: undefined },
      { ...state, more: 1 },
      { ...state, state: 'on' },
    ])
      expect(contractFaults('GET', 'users/a@b.c/mfa-state', 200, JSON.parse(JSON.stringify(wrong)))).toHaveLength(1);
    expect(contractFaults('GET', 'users/a@b.c/mfa-state', 418, state)).toHaveLength(1);
  });
});
