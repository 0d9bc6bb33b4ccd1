import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { at, bicepFiles, fileOf, infraFolder, resources, resourcesOf } from './installation.ts';

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

it.each(Object.entries(rules))('%s lets only identities in, over TLS', (type, properties) => {
  const found = resourcesOf(type);
  expect(found).not.toEqual([]);
  for (const { module, symbol, body } of found)
    for (const [path, value] of Object.entries(properties))
      expect(at(body, 'properties', ...path.split('.')), `${module}: ${symbol} ${path}`).toBe(value);
});

it('keeps storage and Service Bus away from the public network when it is to be private', () => {
  const reachable = [
    ...resourcesOf('Microsoft.Storage/storageAccounts'),
    ...resourcesOf('Microsoft.ServiceBus/namespaces'),
  ];
  expect(reachable).toHaveLength(3);
  for (const { body, module } of reachable)
    expect(String(at(body, 'properties', 'publicNetworkAccess')), module).toBe("private ? 'Disabled' : 'Enabled'");
});

it('has one identity, which the app and its deployments use', () => {
  expect(resourcesOf('Microsoft.ManagedIdentity/userAssignedIdentities')).toHaveLength(1);
  const [site] = resourcesOf('Microsoft.Web/sites');
  expect(site && at(site.body, 'identity', 'type')).toBe('UserAssigned');
  expect(
    site && at(site.body, 'properties', 'functionAppConfig', 'deployment', 'storage', 'authentication', 'type'),
  ).toBe('UserAssignedIdentity');
});

it('never reads a key, and gives none away', () => {
  for (const path of bicepFiles.keys()) {
    const text = readFileSync(new URL(path, infraFolder), 'utf8');
    expect(text, path).not.toMatch(
      /\blist(Keys|AccountSas|ServiceSas|Secrets|Credentials)?\s*\(|AccountKey|SharedAccessKey/,
    );
  }
  for (const [name, value] of fileOf('main.bicep').outputs)
    expect(`${name} ${value}`).not.toMatch(/key|secret|password|connectionString/i);
});

it('has no secret but that of the webhook, which no deployment remembers, and which the app may read from a key vault', () => {
  const secure = [...bicepFiles.keys()].flatMap((path) =>
    [...readFileSync(new URL(path, infraFolder), 'utf8').matchAll(/@secure\(\)\s+param (\w+)/g)].map(
      ([, name]) => `${path} ${name}`,
    ),
  );
  expect(secure.sort()).toEqual([
    'main.bicep notifyWebhook',
    'main.bicep notifyWebhookSecret',
    'modules/functionApp.bicep settings',
  ]);
  const [site] = resourcesOf('Microsoft.Web/sites');
  expect(site && String(at(site.body, 'properties', 'keyVaultReferenceIdentity'))).toBe('identityId');
});

it('locks the account that has the audit record, and keeps what is deleted from blobs for a while', () => {
  const locks = resourcesOf('Microsoft.Authorization/locks').map(({ module, body }) => [
    module,
    String(body.scope),
    at(body, 'properties', 'level'),
  ]);
  expect(locks).toEqual([['auditStorage', 'account', 'CanNotDelete']]);
  const [blobs] = resourcesOf('Microsoft.Storage/storageAccounts/blobServices').filter(
    ({ module }) => module === 'auditStorage',
  );
  expect(blobs && at(blobs.body, 'properties', 'deleteRetentionPolicy', 'enabled')).toBe(true);
  expect(blobs && at(blobs.body, 'properties', 'containerDeleteRetentionPolicy', 'enabled')).toBe(true);
});

it('logs every deletion of rows', () => {
  const [setting] = resourcesOf('Microsoft.Insights/diagnosticSettings');
  expect(String(setting?.body.scope)).toBe('tableService');
  expect(setting && at(setting.body, 'properties', 'logs')).toContainEqual({
    category: 'StorageDelete',
    enabled: true,
  });
});

it('runs on Flex Consumption with the version of Node.js that it is built for', () => {
  const [plan] = resourcesOf('Microsoft.Web/serverfarms');
  expect(plan && at(plan.body, 'sku', 'name')).toBe('FC1');
  const [site] = resourcesOf('Microsoft.Web/sites');
  expect(site && at(site.body, 'properties', 'functionAppConfig', 'runtime')).toEqual({ name: 'node', version: '22' });
});

it('carries the tags of the environment wherever there can be any', () => {
  const untagged = resources.filter(({ body }) => 'location' in body && !String(body.tags).includes('tags'));
  expect(untagged.map(({ module, symbol }) => `${module}: ${symbol}`)).toEqual([]);
});
