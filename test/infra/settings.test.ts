import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import functions from '../../infra/functions.json' with { type: 'json' };
import { functionList } from '../../local/contract/functionList.ts';
import { readSettings, settingNames } from '../../shared/config.ts';
import {
  type AppName,
  appSettings,
  apps,
  bicepTexts,
  type Deployment,
  deploymentOf,
  deployments,
  identityOf,
  isExpression,
} from './installation.ts';

const settings = appSettings(deploymentOf('default'), 'workers');
/** Both apps of all deployments. */
const deployed = deployments.flatMap((deployment) => apps.map((app) => ({ deployment, name: deployment.name, app })));
const SWITCH = /^AzureWebJobs_(\w+)_Disabled$/;

/** Settings that the host, its extensions and packages read by themselves. */
const PLATFORM = [
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsDisableHomepage',
  'ServiceBusConnection__credential',
  'ServiceBusConnection__clientId',
  'APPLICATION_INSIGHTS_NO_STATSBEAT',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];

/** Settings that a deployment leaves at their defaults, or must not have. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  API_AUTH: 'its default verifies tokens; the other value is for a machine of a developer',
  API_AUTHORITY: 'the default is Entra ID',
  API_SCOPE: 'the default is the scope of infra/graph',
  API_TOKEN_VERSION: 'the default accepts both versions',
  AZURE_FUNCTIONS_ENVIRONMENT: 'the platform sets it',
  GRAPH_BASE_URL: 'the default is Microsoft Graph',
  GRAPH_TIMEOUT_SECONDS: 'goes with host.json',
  GRAPH_CONSISTENCY_SECONDS: 'a property of Graph',
  GRAPH_WRITES_LIMIT: 'a property of Graph',
  GRAPH_WRITES_WINDOW_SECONDS: 'a property of Graph',
  APPLY_RETRY_BUDGET_SECONDS: 'goes with host.json',
  RECOVER_AFTER_SECONDS: 'goes with host.json',
  REGISTRATION_SWEEP_BUDGET_SECONDS: 'goes with host.json',
  POLICY_CACHE_SECONDS: 'the default does',
  NOTIFY_FORMAT: 'the default does',
  NOTIFY_PER_MINUTE: 'a property of Exchange Online',
  NOTIFY_PER_DAY: 'a property of Exchange Online',
  OTEL_SDK_DISABLED: 'the default does',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'for who has a collector; Application Insights is what is deployed',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'likewise',
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'likewise',
  OTEL_METRIC_EXPORT_INTERVAL: 'the default does',
  ServiceBusConnection: 'a connection string has a key; the namespace and the identity have none',
  TablesConnection: 'likewise',
  DigestsConnection: 'likewise',
  TABLES_PREFIX: 'the account has no other tables',
};

it('knows every setting that is deployed', () => {
  const known = [...settingNames, ...PLATFORM];
  expect(Object.keys(settings).filter((name) => !known.includes(name) && !SWITCH.test(name))).toEqual([]);
});

it('deploys every setting of the app, or says why not: in infra/main.bicep or in this test', () => {
  expect(settingNames.filter((name) => !(name in settings) && !(name in LEFT_OUT))).toEqual([]);
  expect(Object.keys(LEFT_OUT).filter((name) => name in settings || !settingNames.includes(name))).toEqual([]);
});

it('deploys every setting of the platform', () => {
  expect(PLATFORM.filter((name) => !(name in settings))).toEqual([]);
});

/** What Azure would put in the place of expressions. */
const WORKED_OUT: Readonly<Record<string, string>> = {
  AZURE_CLIENT_ID: '11111111-2222-4333-8444-666666666666',
  TablesConnection__tableServiceUri: 'https://staudit.table.core.windows.net/',
  DigestsConnection__blobServiceUri: 'https://stdigest.blob.core.windows.net/',
  NOTIFY_WEBHOOK: '',
  NOTIFY_WEBHOOK_SECRET: '',
  API_URL: 'https://func-x.azurewebsites.net/api',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=11111111-2222-4333-8444-888888888888',
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
};

/** What the app finds in its environment. */
function environmentOf(deployment: Deployment, app: AppName): Record<string, string> {
  const own = Object.entries(appSettings(deployment, app)).filter(([name]) => !PLATFORM.includes(name));
  return Object.fromEntries(
    own.map(([name, value]) => [
      name,
      isExpression(value) ? (WORKED_OUT[name] ?? `no value for ${name}`) : String(value),
    ]),
  );
}

it.each(deployed)('starts the app $app with what the deployment $name has', ({ deployment, app }) => {
  expect(() => readSettings(environmentOf(deployment, app))).not.toThrow();
});

it('has each function in one of the two apps, and switches it off in the other', () => {
  expect(functions, 'run `npm run contract`').toEqual(functionList(new URL('../../', import.meta.url)));
  const all = [...functions.front, ...functions.workers];
  expect(new Set(all).size).toBe(all.length);
  for (const deployment of deployments)
    for (const [app, other] of [
      ['front', 'workers'],
      ['workers', 'front'],
    ] as const) {
      const off = Object.entries(appSettings(deployment, app)).filter(([name]) => SWITCH.test(name));
      expect(off.every(([, value]) => value === 'true')).toBe(true);
      expect(off.map(([name]) => SWITCH.exec(name)?.[1]).sort()).toEqual([...functions[other]].sort());
    }
});

it('gives both apps the same settings, except for their connections', () => {
  const OWN = /^AzureWebJobs|__clientId$|^AZURE_CLIENT_ID$|_AUTHENTICATION_STRING$|^API_URL$/;
  for (const deployment of deployments) {
    const [front, workers] = apps.map((app) => appSettings(deployment, app));
    const differing = Object.keys({ ...front, ...workers }).filter(
      (name) => !OWN.test(name) && front?.[name] !== workers?.[name],
    );
    expect(differing).toEqual([]);
  }
});

it('gives the webhook and its secret to the workers alone, which send the events', () => {
  const given = (module: string): string[] => {
    const text = new RegExp(`^module ${module} [\\s\\S]*?^}`, 'm').exec(bicepTexts.get('main.bicep') ?? '')?.[0] ?? '';
    return [...text.matchAll(/notifyWebhook(?:Secret)?: (.*)/g)].map(([, value]) => value ?? '');
  };
  expect(given('front')).toEqual(["''", "''"]);
  expect(given('workers')).toEqual(['notifyWebhook', 'notifyWebhookSecret']);
});

it.each([
  'TENANT_ID',
  'API_AUDIENCE',
  'ServiceBusConnection__fullyQualifiedNamespace',
  'TablesConnection__tableServiceUri',
])('would not start the app without %s', (name) => {
  const environment = environmentOf(deploymentOf('default'), 'front');
  expect(() => readSettings({ ...environment, [name]: undefined })).toThrow(name.split('__')[0]);
});

it('turns off the default page of the host, and lets host and app use the same protocol for a collector', () => {
  expect(settings).toMatchObject({ AzureWebJobsDisableHomepage: 'true', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
});

it('has the settings and the connection of every trigger', () => {
  const folder = new URL('../../functions/', import.meta.url);
  const triggers = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const named = triggers.flatMap((text) => [...text.matchAll(/%([\w.:-]+)%/g)].map(([, name]) => name as string));
  const connections = triggers.flatMap((text) => [...text.matchAll(/connection: '(\w+)'/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in settings))).toEqual([]);
  expect(connections.length).toBeGreaterThan(0);
  for (const connection of connections)
    for (const part of ['fullyQualifiedNamespace', 'credential', 'clientId'])
      expect(Object.keys(settings)).toContain(`${connection}__${part}`);
});

it.each(deployed)(
  'uses the identity of $app for each of its connections in the deployment $name',
  ({ deployment, app }) => {
    const { id } = identityOf(deployment, app);
    const isClientId = (value: unknown): boolean =>
      new RegExp(`^\\[reference\\('${id}', '[\\d-]+'\\)\\.clientId\\]$`).test(String(value));
    for (const [name, value] of Object.entries(appSettings(deployment, app))) {
      if (name.endsWith('__credential')) expect(value, name).toBe('managedidentity');
      if (name.endsWith('__clientId')) expect(isClientId(value), name).toBe(true);
      if (name.endsWith('AUTHENTICATION_STRING')) expect(String(value)).toContain('Authorization=AAD');
    }
    expect(isClientId(appSettings(deployment, app).AZURE_CLIENT_ID)).toBe(true);
  },
);
