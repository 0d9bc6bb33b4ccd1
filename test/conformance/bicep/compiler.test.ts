import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bicep, bicepFiles, diagnosticsOf, infraFolder } from './compiler.ts';

/*
 * infra/bicepconfig.json switches on the rules of the linter that are off by default, as warnings, because they must
 * not block deployments. Here they fail. `use-recent-module-versions` stays off: it asks a registry, and no module is
 * from one.
 */

/** Warnings that are switched off, each by a line in the file itself that has the reason beside it. */
const EXCEPTIONS = [
  'modules/auditStorage.bicep: use-recent-api-versions',
  'modules/digestStorage.bicep: use-recent-api-versions',
  'modules/packageStorage.bicep: use-recent-api-versions',
];

/**
 * What a missing extension causes: it was not restored, its resource types are not known, nor is what is declared with
 * them.
 */
const EXTENSION_MISSING = ['BCP190', 'BCP029', 'BCP062'];

describe('the compiler and its linter', () => {
  const diagnostics = diagnosticsOf('**/*.bicep');

  it('have nothing to say', () => {
    expect(diagnostics.filter(({ file }) => !file.startsWith('graph/'))).toEqual([]);
  });

  it('miss nothing in graph/ but the extension for Microsoft Graph, whose types are in a registry', () => {
    const codes = diagnostics.filter(({ file }) => file.startsWith('graph/')).map(({ code }) => code);
    expect([...new Set(codes)].sort()).toEqual([...EXTENSION_MISSING].sort());
  });

  it('suppress no more rules than are listed here', () => {
    const exceptions = bicepFiles.flatMap((path) =>
      [...readFileSync(join(infraFolder, path), 'utf8').matchAll(/#disable-(?:next-line|diagnostics) (.*)/g)].map(
        ([, rules]) => `${path}: ${rules}`,
      ),
    );
    expect(exceptions).toEqual(EXCEPTIONS);
  });
});

describe('a copy of the files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'infra-'));
    cpSync(infraFolder, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['an old API version', 'modules/workbook.bicep', /@\d{4}-\d\d-\d\d'/, "@2021-03-08'", 'use-recent-api-versions'],
    ['no type', 'modules/workbook.bicep', 'tags { *: string }', 'tags object', 'use-user-defined-types'],
    [
      'a name that is known only after the deployment',
      'main.bicep',
      'accountName: auditStorageName',
      'accountName: auditStorage.outputs.name',
      'what-if-short-circuiting',
    ],
    ['a property that Azure does not know', 'modules/hostStorage.bicep', 'minimumTlsVersion', 'minimalTls', 'BCP037'],
    ['a parameter that nothing uses', 'modules/identity.bicep', /^/, 'param spare string\n', 'no-unused-params'],
    ['a module that lacks a parameter', 'main.bicep', 'alwaysReadyHttp: alwaysReadyHttp', '', 'BCP035'],
    ['broken syntax', 'graph/api.bicep', 'signInAudience: ', 'signInAudience ', 'BCP018'],
  ])('is found to have %s', (_, path, from, to, code) => {
    edit(path, from, to);
    expect(diagnosticsOf(path, folder).map((diagnostic) => diagnostic.code)).toContain(code);
  });

  it('is left as it is by `bicep format`', () => {
    edit('modules/identity.bicep', 'param name string', 'param   name string');
    expect(bicep(['format', '--pattern', '**/*.bicep*'], folder)).toEqual({ out: '', problems: '', code: 0 });
    for (const path of bicepFiles)
      expect(readFileSync(join(infraFolder, path), 'utf8'), path).toBe(readFileSync(join(folder, path), 'utf8'));
  });

  function edit(path: string, from: string | RegExp, to: string): void {
    const text = readFileSync(join(folder, path), 'utf8');
    const edited = text.replace(from, to);
    expect(edited).not.toBe(text);
    writeFileSync(join(folder, path), edited);
  }
});
