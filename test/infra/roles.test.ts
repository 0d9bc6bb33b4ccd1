import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableNames } from '../../shared/tables/tables.ts';
import {
  appSettings,
  deploymentOf,
  deployments,
  infraFolder,
  type Resource,
  resourceOf,
  resourcesOf,
} from './installation.ts';
import { readTable } from './markdownTable.ts';

const ids: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL('roles.json', infraFolder), 'utf8'));
const table = readTable(new URL('README.md', infraFolder), 'role', 'id', 'scope', 'needed by', 'why');

/** How the table of the README names the resource that an assignment is for: by its abbreviation and type. */
const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/\/storageAccounts\/staudit\w+\/tableServices\/default\/tables\/\w+$/, 'auditStorage tables'],
  [/\/storageAccounts\/staudit\w+$/, 'auditStorage account'],
  [/\/storageAccounts\/st\w+$/, 'hostStorage account'],
  [/\/namespaces\/sb-\w+$/, 'serviceBus namespace'],
  [/\/components\/appi-\w+$/, 'monitoring insights'],
];

/** The id of the resource that an assignment is for. */
function scopeOf({ id }: Resource): string {
  return id.slice(0, id.indexOf('/providers/Microsoft.Authorization/'));
}

describe.each(deployments)('the deployment $name', (deployment) => {
  const assignments = resourcesOf(deployment, 'Microsoft.Authorization/roleAssignments');
  const definition = resourceOf(deployment, 'Microsoft.Authorization/roleDefinitions');
  const tables = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts/tableServices/tables').map(
    ({ name }) => name.split('/').at(-1) ?? '',
  );

  it('gives the identity the roles that the table lists, each on the resource that it lists, and no others', () => {
    const given = assignments.map((assignment) => {
      const scope = SCOPES.find(([form]) => form.test(scopeOf(assignment)));
      return `${roleOf(String(assignment.properties.roleDefinitionId))}: ${scope?.[1] ?? scopeOf(assignment)}`;
    });
    expect([...new Set(given)].sort()).toEqual(table.map(([role, , scope]) => `${role}: ${scope}`).sort());
  });

  it('gives roles to the identity of the app alone', () => {
    const { id } = resourceOf(deployment, 'Microsoft.ManagedIdentity/userAssignedIdentities');
    for (const { properties } of assignments) {
      expect(properties.principalType).toBe('ServicePrincipal');
      expect(String(properties.principalId)).toMatch(/^\[reference\('[^']+', '[\d-]+'\)\.principalId\]$/);
      expect(String(properties.principalId)).toContain(`'${id}'`);
    }
  });

  it('gives each assignment a name of its own that is known before the deployment', () => {
    for (const { name } of assignments) expect(name).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(new Set(assignments.map(({ name }) => name)).size).toBe(assignments.length);
  });

  it('names for each role the setting that leads the app to the resource', () => {
    for (const [role, , , setting] of table) expect(Object.keys(appSettings(deployment)), role).toContain(setting);
  });

  it('has a table for each that the code uses', () => {
    expect(tables.sort()).toEqual([...tableNames].sort());
  });

  it('lets the app delete rows of every table but those of the audit record, unless these have an age limit', () => {
    const contributor = String(ids['Storage Table Data Contributor']);
    const deletable = assignments
      .filter(({ properties }) => String(properties.roleDefinitionId).endsWith(contributor))
      .map((assignment) => scopeOf(assignment).split('/').at(-1) ?? '');
    const kept = tables.filter((name) => !deletable.includes(name)).sort();
    expect(kept).toEqual(appSettings(deployment).AUDIT_RETENTION_DAYS === '' ? ['audit', 'auditByTime'] : []);
    // The role that is for all tables cannot delete.
    expect(JSON.stringify(definition.properties)).not.toMatch(/entities\/(delete|write|\*)|\/delete|\/\*/);
  });

  function roleOf(roleDefinitionId: string): string {
    if (roleDefinitionId === definition.id) return String(definition.properties.roleName).replace(/ \(.*/, '');
    const [name] = Object.entries(ids).find(([, id]) => roleDefinitionId.endsWith(`/${id}`)) ?? [];
    return name ?? roleDefinitionId;
  }
});

it('is looked at with an age limit of audit entries, and without', () => {
  expect(appSettings(deploymentOf('default')).AUDIT_RETENTION_DAYS).toBe('');
  expect(appSettings(deploymentOf('full')).AUDIT_RETENTION_DAYS).not.toBe('');
});

it('has the ids that the table has, and uses each', () => {
  const builtIn = table.filter(([, id]) => id !== 'defined here').map(([role, id]) => [role, id]);
  expect(Object.fromEntries(builtIn)).toEqual(ids);
  for (const id of Object.values(ids)) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});
