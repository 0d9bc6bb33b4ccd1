import { describe, expect, it } from 'vitest';
import {
  appSettings,
  apps,
  at,
  bicepTexts,
  deployments,
  identityOf,
  isExpression,
  resourceOf,
  resourcesOf,
  siteOf,
} from './installation.ts';

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
  const isPrivate = resourcesOf(deployment, 'Microsoft.Network/privateEndpoints').length > 0;
  const accounts = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts');
  const namespace = resourceOf(deployment, 'Microsoft.ServiceBus/namespaces');
  const network = resourceOf(deployment, 'Microsoft.Network/virtualNetworks');
  const subnets = { front: `${network.id}/subnets/app`, workers: `${network.id}/subnets/workers` };

  it.each(Object.entries(rules))('lets only identities in, over TLS: %s', (type, properties) => {
    const found = resourcesOf(deployment, type);
    expect(found).not.toEqual([]);
    for (const resource of found)
      for (const [path, value] of Object.entries(properties))
        expect(at(resource.properties, path), `${resource.name} ${path}`).toBe(value);
  });

  it('takes user names and passwords for no way of publishing', () => {
    const ways = resourcesOf(deployment, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    const names = apps.flatMap((app) => ['ftp', 'scm'].map((way) => `${siteOf(deployment, app).name}/${way}`));
    expect(ways.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('is private as a whole or not at all', () => {
    expect(isPrivate).toBe(deployment.name !== 'default');
    expect(accounts).toHaveLength(5);
    const linked = resourcesOf(deployment, 'Microsoft.Network/privateEndpoints').map(({ properties }) =>
      JSON.stringify(properties.privateLinkServiceConnections),
    );
    expect(linked).toHaveLength(isPrivate ? 6 : 0);
    for (const { id } of isPrivate ? [...accounts, namespace] : [])
      expect(linked.filter((text) => text.includes(`"${id}"`))).toHaveLength(1);
    expect(namespace.properties.publicNetworkAccess).toBe(isPrivate ? 'Disabled' : 'Enabled');
  });

  it('lets only the subnets of the apps connect to storage, and for packages also the named ranges', () => {
    const ranges = deployment.name === 'full' ? ['203.0.113.7', '198.51.100.0/24'] : [];
    for (const { name, properties } of accounts) {
      const isOfPackages = name.startsWith('stpackages');
      const own = apps.filter((app) => !apps.some((other) => other !== app && name.startsWith(`st${other}`)));
      expect(at(properties, 'networkAcls.defaultAction'), name).toBe('Deny');
      expect(at(properties, 'networkAcls.bypass'), name).toBe('None');
      expect(at(properties, 'networkAcls.virtualNetworkRules'), name).toEqual(
        isPrivate ? [] : own.map((app) => ({ id: subnets[app] })),
      );
      expect(at(properties, 'networkAcls.ipRules') ?? [], name).toEqual(
        isOfPackages ? ranges.map((value) => ({ value })) : [],
      );
      expect(properties.publicNetworkAccess, name).toBe(
        isPrivate && !(isOfPackages && ranges.length > 0) ? 'Disabled' : 'Enabled',
      );
    }
  });

  it('calls from a subnet for each app, which storage recognizes', () => {
    for (const app of apps) expect(at(siteOf(deployment, app).properties, 'virtualNetworkSubnetId')).toBe(subnets[app]);
    const recognized = JSON.stringify(network.properties.subnets).match(/"service":"Microsoft.Storage"/g);
    expect(recognized).toHaveLength(2);
  });

  it.each(apps)(
    'has one identity for %s, which it also reads its package and its references to key vaults with',
    (app) => {
      const site = siteOf(deployment, app);
      const identity = identityOf(deployment, app);
      expect(site.identity).toEqual({ type: 'UserAssigned', userAssignedIdentities: { [identity.id]: {} } });
      expect(site.properties.keyVaultReferenceIdentity).toBe(identity.id);
      expect(at(site.properties, 'functionAppConfig.deployment.storage.authentication')).toEqual({
        type: 'UserAssignedIdentity',
        userAssignedIdentityResourceId: identity.id,
      });
      expect(String(at(site.properties, 'functionAppConfig.deployment.storage.value'))).toContain(`, '${app}')`);
    },
  );

  it('has an identity, a plan and an account for the host for each app', () => {
    expect(identityOf(deployment, 'front').id).not.toBe(identityOf(deployment, 'workers').id);
    const plans = apps.map((app) => siteOf(deployment, app).properties.serverFarmId);
    expect(new Set(plans).size).toBe(2);
    const hosts = apps.map((app) => appSettings(deployment, app).AzureWebJobsStorage__accountName);
    expect(new Set(hosts).size).toBe(2);
  });

  it('gives away no key', () => {
    for (const [name, value] of Object.entries(deployment.outputs))
      expect(`${name} ${value}`).not.toMatch(/key|secret|password|connectionString/i);
  });

  it('remembers neither the address nor the secret of the webhook', () => {
    const { NOTIFY_WEBHOOK, NOTIFY_WEBHOOK_SECRET } = appSettings(deployment, 'workers');
    expect(isExpression(NOTIFY_WEBHOOK)).toBe(true);
    expect(isExpression(NOTIFY_WEBHOOK_SECRET)).toBe(true);
    expect(JSON.stringify(deployment)).not.toMatch(/hooks\.contoso|KeyVault\(/); // those of full.bicepparam
  });

  it('locks the account that has the audit record, and keeps what is deleted from blobs for a while', () => {
    const lock = lockOf('keep-audit');
    const account = auditAccount();
    expect(lock?.id).toBe(`${account.id}/providers/Microsoft.Authorization/locks/keep-audit`);
    expect(lock?.properties.level).toBe('CanNotDelete');
    const blobs = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts/blobServices').find(({ id }) =>
      id.startsWith(`${account.id}/`),
    );
    expect(at(blobs?.properties ?? {}, 'deleteRetentionPolicy.enabled')).toBe(true);
    expect(at(blobs?.properties ?? {}, 'containerDeleteRetentionPolicy.enabled')).toBe(true);
  });

  it.each([
    ['rows', () => `${auditAccount().id}/tableServices/default/`],
    ['digests', () => `${accounts.find(({ name }) => name.startsWith('stdigest'))?.id}/blobServices/default/`],
    ['packages', () => `${accounts.find(({ name }) => name.startsWith('stpackages'))?.id}/blobServices/default/`],
  ])('logs every change and deletion of %s', (_, scope) => {
    const setting = resourcesOf(deployment, 'Microsoft.Insights/diagnosticSettings').find(({ id }) =>
      id.startsWith(scope()),
    );
    expect(setting?.properties.logs).toEqual([
      { category: 'StorageWrite', enabled: true },
      { category: 'StorageDelete', enabled: true },
    ]);
    expect(setting?.properties.workspaceId).toBe(resourceOf(deployment, 'Microsoft.OperationalInsights/workspaces').id);
  });

  it('runs on Flex Consumption with the version of Node.js that it is built for', () => {
    for (const plan of resourcesOf(deployment, 'Microsoft.Web/serverfarms'))
      expect(plan.sku).toEqual({ name: 'FC1', tier: 'FlexConsumption' });
    for (const app of apps)
      expect(at(siteOf(deployment, app).properties, 'functionAppConfig.runtime')).toEqual({
        name: 'node',
        version: '22',
      });
  });

  it('carries the tags of the environment wherever there can be any', () => {
    for (const { location, tags, id } of deployment.resources)
      if (location !== undefined) expect(tags, id).toMatchObject({ 'azd-env-name': 'example' });
  });

  function lockOf(name: string) {
    return resourcesOf(deployment, 'Microsoft.Authorization/locks').find((lock) => lock.name === name);
  }

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
