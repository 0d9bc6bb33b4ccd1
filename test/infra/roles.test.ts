import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import tableSets from '../../infra/tables.json' with { type: 'json' };
import { tableNames } from '../../shared/tables/tables.ts';
import {
  type AppName,
  appSettings,
  apps,
  deploymentOf,
  deployments,
  identityOf,
  infraFolder,
  type Resource,
  resourcesOf,
} from './installation.ts';
import { readTable } from './markdownTable.ts';

const ids: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL('roles.json', infraFolder), 'utf8'));
const table = readTable(new URL('README.md', infraFolder), 'role', 'id', 'of', 'scope', 'needed by', 'why');

/** How the table of the README names the resource that an assignment is for: by its abbreviation and type. */
const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/\/storageAccounts\/staudit\w+\/tableServices\/default\/tables\/audit(ByTime|Index)?$/, 'record tables'],
  [/\/storageAccounts\/staudit\w+\/tableServices\/default\/tables\/\w+$/, 'working tables'],
  [/\/storageAccounts\/staudit\w+$/, 'auditStorage account'],
  [/\/storageAccounts\/stpackages\w+\/blobServices\/default\/containers\/(front|workers)$/, 'own package container'],
  [/\/storageAccounts\/stdigest\w+\/blobServices\/default\/containers\/auditdigests$/, 'digest container'],
  [/\/storageAccounts\/stpackages\w+$/, 'packageStorage account'],
  [/\/storageAccounts\/st(front|workers)\w+$/, 'own hostStorage account'],
  [/\/namespaces\/sb-\w+\/queues\/(plans|expressplans|notifications|sweeps)$/, 'queues of the API'],
  [/\/namespaces\/sb-\w+$/, 'serviceBus namespace'],
  [/\/components\/appi-\w+$/, 'monitoring insights'],
];
const DEPLOYER = '11111111-2222-4333-8444-999999999998';
const ENTITIES = 'Microsoft.Storage/storageAccounts/tableServices/tables/entities';
const CHANGE = [`${ENTITIES}/write`, `${ENTITIES}/update/action`, `${ENTITIES}/delete`];
const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
const ADD_BLOBS = [`${BLOBS}/read`, `${BLOBS}/add/action`];
const permissionsSchema = z
  .array(z.object({ actions: z.array(z.string()), dataActions: z.array(z.string()) }))
  .length(1);

/** The id of the resource that an assignment is for. */
function scopeOf({ id }: Resource): string {
  return id.slice(0, id.indexOf('/providers/Microsoft.Authorization/'));
}

describe.each(deployments)('the deployment $name', (deployment) => {
  const assignments = resourcesOf(deployment, 'Microsoft.Authorization/roleAssignments');
  const definitions = resourcesOf(deployment, 'Microsoft.Authorization/roleDefinitions');
  const tables = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts/tableServices/tables').map(
    ({ name }) => name.split('/').at(-1) ?? '',
  );
  const purges = appSettings(deployment, 'workers').AUDIT_RETENTION_DAYS !== '';

  it('gives the identities the roles that the table lists, each on the resource that it lists, and no others', () => {
    const given = assignments.map((assignment) => {
      const scope = SCOPES.find(([form]) => form.test(scopeOf(assignment)));
      return [roleOf(assignment), holderOf(assignment), scope?.[1] ?? scopeOf(assignment)].join(': ');
    });
    const listed = table
      .filter(([role]) => purges || role !== 'Per-user MFA Record Purger')
      .flatMap(([role, , of = '', scope]) => of.split(', ').map((holder) => [role, holder, scope].join(': ')));
    expect([...new Set(given)].sort()).toEqual(listed.sort());
  });

  it('gives roles to the identities of the apps, and to the one who deploys, alone', () => {
    for (const assignment of assignments) {
      const { properties } = assignment;
      if (holderOf(assignment) === 'deployer') continue;
      expect(properties.principalType).toBe('ServicePrincipal');
      expect(String(properties.principalId)).toMatch(/^\[reference\('[^']+', '[\d-]+'\)\.principalId\]$/);
    }
  });

  it('gives each assignment a name of its own that is known before the deployment', () => {
    for (const { name } of assignments) expect(name).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(new Set(assignments.map(({ name }) => name)).size).toBe(assignments.length);
  });

  it('names for each role the setting that leads the app to the resource', () => {
    for (const [role, , of, , setting] of table)
      if (of !== 'deployer') expect(Object.keys(appSettings(deployment, 'front')), role).toContain(setting);
  });

  it('has a table for each that the code uses', () => {
    expect(tables.sort()).toEqual([...tableNames].sort());
    expect([...tableSets.workers, ...tableSets.record].sort()).toEqual([...tableNames].sort());
    expect(tableSets.front.filter((name) => !tableSets.workers.includes(name))).toEqual([]);
  });

  it('lets each app change rows of its own tables only', () => {
    for (const app of apps) {
      const changed = assignments.filter(
        (assignment) =>
          holderOf(assignment) === app &&
          roleOf(assignment) !== 'Per-user MFA Record Purger' &&
          dataActionsOf(assignment).some((action) => CHANGE.includes(action)),
      );
      expect(changed.map((assignment) => scopeOf(assignment).split('/').at(-1)).sort()).toEqual(
        [...tableSets[app]].sort(),
      );
    }
  });

  it('lets both apps only add to the record, and the workers delete from it if entries have a retention', () => {
    for (const app of apps)
      for (const name of tableSets.record) {
        const allowed = assignments
          .filter(
            (assignment) =>
              holderOf(assignment) === app && `${scopeOf(assignment)}/`.match(`(/staudit\\w+|/${name})/$`),
          )
          .flatMap(dataActionsOf);
        const expected = [`${ENTITIES}/add/action`, `${ENTITIES}/read`];
        if (purges && app === 'workers') expected.push(`${ENTITIES}/delete`);
        expect([...new Set(allowed)].sort()).toEqual(expected.sort());
      }
  });

  it('lets the front send to queues of plans and receive from none, and write no package', () => {
    const ofFront = assignments.filter((assignment) => holderOf(assignment) === 'front');
    const on = (pattern: RegExp) => ofFront.filter((assignment) => pattern.test(scopeOf(assignment))).map(roleOf);
    expect([...new Set(on(/\/namespaces\//))]).toEqual(['Azure Service Bus Data Sender']);
    expect(on(/\/stpackages/)).toEqual(['Storage Blob Data Reader']);
    expect(on(/\/(stworkers|containers\/workers)/)).toEqual([]);
  });

  it('has no role of its own with more than rows, the creation of tables, and adding blobs', () => {
    for (const { properties } of definitions) {
      const [{ actions, dataActions } = { actions: [], dataActions: [] }] = permissionsSchema.parse(
        properties.permissions,
      );
      for (const action of [...actions, ...dataActions])
        expect(action).not.toMatch(/\*|tables\/delete|setAcl|tableServices\/write/);
      for (const action of dataActions)
        expect(action.startsWith(`${ENTITIES}/`) || ADD_BLOBS.includes(action), action).toBe(true);
    }
  });

  function holderOf({ properties }: Resource): AppName | 'deployer' | 'unknown' {
    const id = String(properties.principalId);
    if (id === DEPLOYER) return 'deployer';
    return apps.find((app) => id.includes(`'${identityOf(deployment, app).id}'`)) ?? 'unknown';
  }

  function definitionOf({ properties }: Resource): Resource | undefined {
    return definitions.find(({ id }) => id === properties.roleDefinitionId);
  }

  function roleOf(assignment: Resource): string {
    const own = definitionOf(assignment);
    if (own !== undefined) return String(own.properties.roleName).replace(/ \(.*/, '');
    const id = String(assignment.properties.roleDefinitionId);
    return Object.entries(ids).find(([, known]) => id.endsWith(`/${known}`))?.[0] ?? id;
  }

  /** What an assignment allows with rows. */
  function dataActionsOf(assignment: Resource): string[] {
    const own = definitionOf(assignment);
    if (own !== undefined) return permissionsSchema.parse(own.properties.permissions)[0]?.dataActions ?? [];
    return roleOf(assignment) === 'Storage Table Data Contributor'
      ? [...CHANGE, `${ENTITIES}/read`, `${ENTITIES}/add/action`]
      : [];
  }
});

it('is looked at with an age limit of audit entries, and without', () => {
  expect(appSettings(deploymentOf('default'), 'workers').AUDIT_RETENTION_DAYS).toBe('');
  expect(appSettings(deploymentOf('full'), 'workers').AUDIT_RETENTION_DAYS).not.toBe('');
});

it('has the ids that the table has, and uses each', () => {
  const builtIn = table.filter(([, id]) => id !== 'defined here').map(([role, id]) => [role, id]);
  expect(Object.fromEntries(builtIn)).toEqual(ids);
  for (const id of Object.values(ids)) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});
