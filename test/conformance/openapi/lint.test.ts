import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../../local/projectFolder.ts';
import { lintWithRedocly, lintWithSpectral } from './linters.ts';

const documents = {
  api: join(projectFolder(), 'openapi.json'),
  connector: join(projectFolder(), 'openapi.connector.json'),
};

describe.each(Object.entries(documents))('the document of the %s', (api, path) => {
  it('has nothing that Redocly would change', () => {
    expect(lintWithRedocly(api)).toEqual([]);
  });

  it('has nothing that Spectral would change', () => {
    expect(lintWithSpectral(path)).toEqual([]);
  });
});

describe('a document with faults', () => {
  let folder: string;
  let path: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'contract-'));
    path = join(folder, 'openapi.json');
    const text = readFileSync(documents.api, 'utf8');
    const broken = text
      .replaceAll('#/components/schemas/Operation"', '#/components/schemas/Operations"')
      .replace('"operationId": "listOperations"', '"operationId": "getOperation"');
    expect(broken).not.toBe(text);
    writeFileSync(path, broken);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is found out by Redocly', () => {
    const rules = lintWithRedocly(path).map((problem) => problem.split(':')[0]);
    expect(rules).toEqual(expect.arrayContaining(['no-unresolved-refs', 'operation-operationId-unique']));
  });

  it('is found out by Spectral', () => {
    const rules = lintWithSpectral(path).map((problem) => problem.split(':')[0]);
    expect(rules).toEqual(expect.arrayContaining(['invalid-ref', 'operation-operationId-unique']));
  });
});
