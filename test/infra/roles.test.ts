import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tableNames } from '../../shared/tables/tables.ts';
import { appSettings, at, fileOf, infraFolder, resourcesOf } from './installation.ts';
import { readTable } from './markdownTable.ts';

const ids: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL('roles.json', infraFolder), 'utf8'));
const table = readTable(new URL('README.md', infraFolder), 'role', 'id', 'scope', 'needed by', 'why');
const assignments = resourcesOf('Microsoft.Authorization/roleAssignments');

/** The name of the role that an assignment gives: a built-in one, or one that is defined in the same file. */
function roleOf(text: string, module: string): string {
  const name = /roles\['([^']+)'\]/.exec(text)?.[1];
  if (name !== undefined) return name;
  const [definition] = resourcesOf('Microsoft.Authorization/roleDefinitions').filter(
    (candidate) => candidate.module === module && text === `${candidate.symbol}.id`,
  );
  return String(definition && at(definition.body, 'properties', 'roleName')).replaceAll(/ \(.*|^'/g, '');
}

it('gives the identity the roles that the table lists, each on the resource that it lists, and no others', () => {
  const given = assignments.map(({ module, body }) => [
    roleOf(String(at(body, 'properties', 'roleDefinitionId')), module),
    `${module} ${String(body.scope).replace('[index]', '')}`,
  ]);
  expect(given.sort()).toEqual(table.map(([role, , scope]) => [role, scope]).sort());
});

it('has the ids that the table has, and uses each', () => {
  const builtIn = table.filter(([, id]) => id !== 'defined here').map(([role, id]) => [role, id]);
  expect(Object.fromEntries(builtIn)).toEqual(ids);
  for (const id of Object.values(ids)) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

it('names for each role the setting that leads the app to the resource', () => {
  for (const [role, , , setting] of table) expect(Object.keys(appSettings()), role).toContain(setting);
});

it('gives roles to the identity of the app alone, and under a name of their own', () => {
  for (const { body, module } of assignments) {
    expect(String(at(body, 'properties', 'principalId')), module).toBe('principalId');
    expect(at(body, 'properties', 'principalType'), module).toBe('ServicePrincipal');
    expect(String(body.name), module).toMatch(/^guid\(.*principalId/);
  }
  for (const { symbol, body } of fileOf('main.bicep').modules) {
    const principal = at(body, 'params', 'principalId');
    if (principal !== undefined) expect(String(principal), symbol).toBe('identity.outputs.principalId');
  }
});

it('lets the app delete rows of every table but those of the audit record, unless these have an age limit', () => {
  const { variables } = fileOf('modules/auditStorage.bicep');
  const working = variables.get('workingTables') as string[];
  const record = variables.get('recordTables') as string[];
  expect([...working, ...record].sort()).toEqual([...tableNames].sort());
  expect(record).toEqual(['audit', 'auditByTime']);
  expect(String(variables.get('deletableTables'))).toBe(
    'mayPurgeAudit ? concat(workingTables, recordTables) : workingTables',
  );
  const text = readFileSync(new URL('modules/auditStorage.bicep', infraFolder), 'utf8');
  expect(text).toMatch(/resource changeRows .*: if \(contains\(deletableTables, table\)\)/);
  expect(text.match(/tables\/entities\/\S+'/g)?.filter((action) => /delete|write'/.test(action))).toEqual([]);
});
