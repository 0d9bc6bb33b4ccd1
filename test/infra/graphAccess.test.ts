import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import appRoles from '../../infra/graph/app-roles.json' with { type: 'json' };
import permissions from '../../infra/graph/permissions.json' with { type: 'json' };
import { roles } from '../../shared/http/caller.ts';
import { infraFolder } from './installation.ts';
import { readTable } from './markdownTable.ts';

const readme = new URL('README.md', infraFolder);
const read = (path: string): string => readFileSync(new URL(path, infraFolder), 'utf8');

it('documents each permission with what it is for and what is lost without it', () => {
  const told = readTable(readme, 'permission', 'of', 'for', 'without it');
  expect(told).toEqual(permissions.map((entry) => [entry.permission, entry.apps.join(', '), entry.for, entry.without]));
});

it('gives the app with the API no permission that writes, and the workers all of them', () => {
  const ofFront = permissions.filter(({ apps }) => apps.includes('front')).map(({ permission }) => permission);
  expect(ofFront.length).toBeGreaterThan(0);
  expect(ofFront.filter((permission) => !/^\w+\.Read\.\w+$/.test(permission))).toEqual([]);
  expect(permissions.filter(({ apps }) => !apps.includes('workers'))).toEqual([]);
});

it('leaves the registration without owners, with Bicep and with the script', () => {
  const owners = /owners: \{\s+relationshipSemantics: 'replace'\s+relationships: \[\]\s+\}/g;
  expect(read('graph/api.bicep').match(owners)).toHaveLength(2);
  for (const kind of ['Application', 'ServicePrincipal'])
    expect(read('graph/register-api.ps1')).toContain(`Remove-Mg${kind}OwnerDirectoryObjectByRef`);
});

it('grants every permission that the code says it needs, and never mail for the whole tenant', () => {
  const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
  const source = readdirSync(shared, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(shared, file), 'utf8'))
    .join('\n');
  const named = new Set(
    source.match(
      /\b(Policy|User|Group|GroupMember|UserAuthenticationMethod|AuditLog|Reports|Directory|RoleManagement)\.Read(Write)?\.\w+\b/g,
    ),
  );
  const granted = permissions.map(({ permission }) => permission);
  expect(named.size).toBeGreaterThan(4);
  expect([...named].filter((permission) => !granted.includes(permission))).toEqual([]);
  expect(granted.filter((permission) => permission.startsWith('Mail.'))).toEqual([]);
});

it('grants the same with Bicep and with the script', () => {
  expect(read('graph/permissions.bicep')).toContain("loadJsonContent('permissions.json')");
  expect(read('graph/grant-permissions.ps1')).toContain("'permissions.json'");
  expect(read('graph/api.bicep')).toContain("loadJsonContent('app-roles.json')");
  expect(read('graph/register-api.ps1')).toContain("'app-roles.json'");
});

it('registers the roles that the API checks, each with an id of its own', () => {
  expect(appRoles.map(({ value }) => value).sort()).toEqual([...roles].sort());
  expect(new Set(appRoles.map(({ id }) => id)).size).toBe(roles.length);
  for (const { id } of appRoles) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(readTable(readme, 'role', 'for').map(([role]) => role)).toEqual(appRoles.map(({ value }) => value));
});

it('lets mail be sent from one mailbox only', () => {
  const script = read('graph/allow-mail.ps1');
  expect(script).toContain("$role = 'Application Mail.Send'");
  expect(script).toContain('-Role $role -CustomResourceScope $name');
  expect(script).toContain(`"PrimarySmtpAddress -eq '$($address.Replace("'", "''"))'"`);
});
