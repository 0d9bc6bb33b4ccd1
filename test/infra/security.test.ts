import { describe, expect, it } from 'vitest';
import { at, bicepTexts, deployments, isExpression, resourceOf, resourcesOf } from './installation.ts';

/** What a resource of a type must say for only identities to get in, over TLS, and for nothing to be public. */
const rules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'Microsoft.Storage/storageAccounts': {
    minimumTlsVersion: 'TLS1_2',
    supportsHttpsTrafficOnly: true,
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    allowCrossTenantReplication: false,
  },
  'Microsoft.ServiceBus/namespaces': { minimumTlsVersion: '1.2', disableLocalAuth: true },
  'Microsoft.Insights/components': { DisableLocalAuth: true },
  'Microsoft.OperationalInsights/workspaces': { 'features.disableLocalAuth': true },
  'Microsoft.Web/sites': { httpsOnly: true, 'siteConfig.minTlsVersion': '1.2', 'siteConfig.ftpsState': 'Disabled' },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { allow: false },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { publicAccess: 'None' },
};

describe.each(deployments)('the deployment $name', (deployment) => {
  const isPrivate = resourcesOf(deployment, 'Microsoft.Network/virtualNetworks').length > 0;
  const site = resourceOf(deployment, 'Microsoft.Web/sites');
  const identity = resourceOf(deployment, 'Microsoft.ManagedIdentity/userAssignedIdentities');

  it.each(Object.entries(rules))('lets only identities in, over TLS: %s', (type, properties) => {
    const found = resourcesOf(deployment, type);
    expect(found).not.toEqual([]);
    for (const resource of found)
      for (const [path, value] of Object.entries(properties))
        expect(at(resource.properties, path), `${resource.name} ${path}`).toBe(value);
  });

  it('takes user names and passwords for no way of publishing', () => {
    const ways = resourcesOf(deployment, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    expect(ways.map(({ name }) => name.split('/')[1]).sort()).toEqual(['ftp', 'scm']);
  });

  it('is private as a whole or not at all', () => {
    expect(isPrivate).toBe(deployment.name !== 'default');
    const accounts = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts');
    const reachable = [...accounts, resourceOf(deployment, 'Microsoft.ServiceBus/namespaces')];
    expect(reachable).toHaveLength(3);
    for (const { properties, name } of reachable)
      expect(properties.publicNetworkAccess, name).toBe(isPrivate ? 'Disabled' : 'Enabled');
    for (const { properties, name } of accounts)
      expect(at(properties, 'networkAcls.defaultAction'), name).toBe(isPrivate ? 'Deny' : 'Allow');
    const linked = resourcesOf(deployment, 'Microsoft.Network/privateEndpoints').map(({ properties }) =>
      JSON.stringify(properties.privateLinkServiceConnections),
    );
    expect(linked).toHaveLength(isPrivate ? 3 : 0);
    for (const { id } of isPrivate ? reachable : [])
      expect(linked.filter((text) => text.includes(`"${id}"`))).toHaveLength(1);
  });

  it('calls from the network when it is private', () => {
    const subnet = at(site.properties, 'virtualNetworkSubnetId');
    if (isPrivate) expect(subnet).toBe(`${resourceOf(deployment, 'Microsoft.Network/virtualNetworks').id}/subnets/app`);
    else expect(subnet ?? null).toBeNull();
  });

  it('has one identity, which the app, its deployments and its references to key vaults use', () => {
    expect(site.identity).toEqual({ type: 'UserAssigned', userAssignedIdentities: { [identity.id]: {} } });
    expect(site.properties.keyVaultReferenceIdentity).toBe(identity.id);
    expect(at(site.properties, 'functionAppConfig.deployment.storage.authentication')).toEqual({
      type: 'UserAssignedIdentity',
      userAssignedIdentityResourceId: identity.id,
    });
  });

  it('gives away no key', () => {
    for (const [name, value] of Object.entries(deployment.outputs))
      expect(`${name} ${value}`).not.toMatch(/key|secret|password|connectionString/i);
  });

  it('remembers neither the address nor the secret of the webhook', () => {
    const { NOTIFY_WEBHOOK, NOTIFY_WEBHOOK_SECRET } = resourceOf(deployment, 'Microsoft.Web/sites/config').properties;
    expect(isExpression(NOTIFY_WEBHOOK)).toBe(true);
    expect(isExpression(NOTIFY_WEBHOOK_SECRET)).toBe(true);
    expect(JSON.stringify(deployment)).not.toMatch(/hooks\.contoso|KeyVault\(/); // those of full.bicepparam
  });

  it('locks the account that has the audit record, and keeps what is deleted from blobs for a while', () => {
    const lock = resourceOf(deployment, 'Microsoft.Authorization/locks');
    const account = auditAccount();
    expect(lock.id).toBe(`${account.id}/providers/Microsoft.Authorization/locks/keep-audit`);
    expect(lock.properties.level).toBe('CanNotDelete');
    const blobs = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts/blobServices').find(({ id }) =>
      id.startsWith(`${account.id}/`),
    );
    expect(at(blobs?.properties ?? {}, 'deleteRetentionPolicy.enabled')).toBe(true);
    expect(at(blobs?.properties ?? {}, 'containerDeleteRetentionPolicy.enabled')).toBe(true);
  });

  it('logs every deletion of rows', () => {
    const setting = resourceOf(deployment, 'Microsoft.Insights/diagnosticSettings');
    expect(setting.id.startsWith(`${auditAccount().id}/tableServices/default/providers/`)).toBe(true);
    expect(setting.properties.logs).toContainEqual({ category: 'StorageDelete', enabled: true });
    expect(setting.properties.workspaceId).toBe(resourceOf(deployment, 'Microsoft.OperationalInsights/workspaces').id);
  });

  it('runs on Flex Consumption with the version of Node.js that it is built for', () => {
    expect(resourceOf(deployment, 'Microsoft.Web/serverfarms').sku).toEqual({ name: 'FC1', tier: 'FlexConsumption' });
    expect(at(site.properties, 'functionAppConfig.runtime')).toEqual({ name: 'node', version: '22' });
  });

  it('carries the tags of the environment wherever there can be any', () => {
    for (const { location, tags, id } of deployment.resources)
      if (location !== undefined) expect(tags, id).toMatchObject({ 'azd-env-name': 'example' });
  });

  function auditAccount() {
    const name = deployment.outputs.AUDIT_STORAGE_NAME;
    const account = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts').find((found) => found.name === name);
    if (account === undefined) throw new Error('The output does not name the account');
    return account;
  }
});

it('never reads a key', () => {
  for (const [path, text] of bicepTexts)
    expect(text, path).not.toMatch(
      /\blist(Keys|AccountSas|ServiceSas|Secrets|Credentials)?\s*\(|AccountKey|SharedAccessKey/,
    );
});

it('has no secret but that of the webhook, and its address', () => {
  const secure = [...bicepTexts].flatMap(([path, text]) =>
    [...text.matchAll(/@secure\(\)\s+param (\w+)/g)].map(([, name]) => `${path} ${name}`),
  );
  expect(secure.sort()).toEqual([
    'main.bicep notifyWebhook',
    'main.bicep notifyWebhookSecret',
    'modules/functionApp.bicep notifyWebhook',
    'modules/functionApp.bicep notifyWebhookSecret',
  ]);
});
