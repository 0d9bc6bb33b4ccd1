import { describe, expect, it } from 'vitest';
import {
  appSettings,
  apps,
  at,
  deployments,
  identityOf,
  type Resource,
  resourceOf,
  resourcesOf,
} from './installation.ts';

const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
/** The built-in role that only reads blobs. */
const READER = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1';

describe.each(deployments)('the digests of the deployment $name', (deployment) => {
  const [container, ...others] = resourcesOf(
    deployment,
    'Microsoft.Storage/storageAccounts/blobServices/containers',
  ).filter(({ name }) => name.endsWith('/auditdigests'));
  const account = container?.id.replace(/\/blobServices\/.*/, '');
  const assignments = resourcesOf(deployment, 'Microsoft.Authorization/roleAssignments').filter(
    ({ id }) => account !== undefined && id.startsWith(account),
  );
  const rolesOf = (app: (typeof apps)[number]): Resource[] =>
    assignments.filter(({ properties }) =>
      String(properties.principalId).includes(`'${identityOf(deployment, app).id}'`),
    );

  it('are in an account that has nothing else, which a lock keeps', () => {
    expect(others).toEqual([]);
    expect(resourcesOf(deployment, 'Microsoft.Authorization/locks').map(({ id }) => id)).toContain(
      `${account}/providers/Microsoft.Authorization/locks/keep-digests`,
    );
    expect(account).not.toContain(String(deployment.outputs.AUDIT_STORAGE_NAME));
    for (const app of apps) expect(appSettings(deployment, app)).toHaveProperty('DigestsConnection__blobServiceUri');
  });

  it('can be neither replaced nor removed for years', () => {
    const policy = resourceOf(
      deployment,
      'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies',
    );
    expect(policy.id.startsWith(`${container?.id}/`)).toBe(true);
    expect(at(policy.properties, 'immutabilityPeriodSinceCreationInDays')).toBeGreaterThanOrEqual(3650);
    expect(at(policy.properties, 'allowProtectedAppendWrites')).toBe(false);
  });

  it('are only added by the workers, and only read by the API', () => {
    const [adding, ...moreOfWorkers] = rolesOf('workers');
    const [reading, ...moreOfFront] = rolesOf('front');
    expect([...moreOfWorkers, ...moreOfFront]).toEqual([]);
    expect(assignments).toHaveLength(2);
    const definition = resourcesOf(deployment, 'Microsoft.Authorization/roleDefinitions').find(
      ({ id }) => id === adding?.properties.roleDefinitionId,
    );
    expect(at(definition?.properties ?? {}, 'permissions')).toEqual([
      { actions: [], notActions: [], dataActions: [`${BLOBS}/read`, `${BLOBS}/add/action`], notDataActions: [] },
    ]);
    expect(String(reading?.properties.roleDefinitionId)).toContain(READER);
    for (const { id } of assignments) expect(id.startsWith(`${container?.id}/`), id).toBe(true);
  });
});
