import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings, settingNames } from '../../shared/config.ts';

const least = {
  TENANT_ID: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  API_AUDIENCE: 'api://per-user-mfa',
  ServiceBusConnection__fullyQualifiedNamespace: 'contoso.servicebus.windows.net',
  TablesConnection__tableServiceUri: 'https://contoso.table.core.windows.net',
};
/** Of zeros. */
const SECRET = `whsec_${'A'.repeat(43)}=`;
const problemsOf = (environment: Record<string, string | undefined>): string => {
  try {
    readSettings(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the settings', () => {
  it('need little, and have the documented quotas of Graph as defaults', () => {
    expect(readSettings(least)).toMatchObject({
      API_AUTH: 'entra',
      GRAPH_BASE_URL: 'https://graph.microsoft.com',
      GRAPH_WRITES_LIMIT: 3_000,
      GRAPH_WRITES_WINDOW_SECONDS: 150,
      PROTECTED_USERS: [],
    });
  });

  it('tell every problem at once, and no value', () => {
    const problems = problemsOf({
      TENANT_ID: 'secret-tenant',
      GRAPH_TIMEOUT_SECONDS: '-1',
      TABLES_PREFIX: '0secret',
      NOTIFY_WEBHOOK: 'ftp://secret',
      NOTIFY_WEBHOOK_SECRET: 'secret',
    });
    for (const name of ['TENANT_ID', 'GRAPH_TIMEOUT_SECONDS', 'TABLES_PREFIX', 'NOTIFY_WEBHOOK_SECRET'])
      expect(problems).toContain(name);
    expect(problems).not.toContain('secret');
  });

  it.each([
    ['API_AUDIENCE', { API_AUDIENCE: '' }],
    ['TablesConnection', { TablesConnection__tableServiceUri: undefined }],
    ['TablesConnection', { TablesConnection: 'UseDevelopmentStorage=true' }],
    ['ServiceBusConnection', { ServiceBusConnection: 'Endpoint=sb://x' }],
    ['API_AUTH', { API_AUTH: 'development' }],
    ['API_AUTH', { API_AUTH: 'none' }],
    ['GRAPH_BASE_URL', { GRAPH_BASE_URL: 'http://graph.contoso.com' }],
    ['API_AUTHORITY', { API_AUTHORITY: 'http://login.contoso.com' }],
    ['API_URL', { API_URL: 'http://mfa.contoso.com/api' }],
    ['API_URL', { API_URL: 'https://name:word@mfa.contoso.com/api' }],
    ['API_URL', { API_URL: 'https://mfa.contoso.com/api?code=x' }],
    ['API_URL', { API_URL: '/api' }],
    ['PROTECTED_GROUP', { PROTECTED_GROUP: 'Break glass' }],
    ['GRAPH_WRITES_LIMIT', { GRAPH_WRITES_LIMIT: '2.5' }],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', { TELEMETRY_TO_APPLICATION_INSIGHTS: 'true' }],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
    ['MAX_WEAKENED_PER_DAY', { MAX_WEAKENED_PER_DAY: '-1' }],
    ['REMIND_AFTER_DAYS', { REMIND_AFTER_DAYS: '7' }],
    ['REMIND_AFTER_DAYS', { REMIND_AFTER_DAYS: '0', NOTIFY_FROM: 'mfa@contoso.com' }],
    ['REMIND_MAX', { REMIND_MAX: '1.5' }],
    ['NOTIFY_WEBHOOK', { NOTIFY_WEBHOOK: 'http://hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: SECRET }],
    ['NOTIFY_WEBHOOK', { NOTIFY_WEBHOOK: 'https://mfa:pw@hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: SECRET }],
    ['NOTIFY_WEBHOOK_SECRET', { NOTIFY_WEBHOOK: 'https://hooks.contoso.com' }],
    ['NOTIFY_WEBHOOK_SECRET', { NOTIFY_WEBHOOK: 'https://hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: 'a password' }],
  ])('name %s as the problem of %j', (name, change) => {
    expect(problemsOf({ ...least, ...change })).toContain(`${name}:`);
  });

  const development = {
    ...least,
    API_AUTH: 'development',
    API_AUDIENCE: '',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  };

  it.each([{}, { WEBSITE_HOSTNAME: 'localhost:7071' }, { WEBSITE_HOSTNAME: '127.0.0.1:0' }, { WEBSITE_HOSTNAME: '' }])(
    'let everybody in on a developer’s machine: %j',
    (host) => {
      expect(readSettings({ ...development, ...host }).API_AUTH).toBe('development');
    },
  );

  it.each([
    { AZURE_FUNCTIONS_ENVIRONMENT: 'Production' },
    { AZURE_FUNCTIONS_ENVIRONMENT: undefined },
    { WEBSITE_HOSTNAME: 'contoso.azurewebsites.net' },
    { WEBSITE_HOSTNAME: '0.0.0.0:7071' },
    { WEBSITE_HOSTNAME: 'localhost.contoso.com' },
    { WEBSITE_INSTANCE_ID: '4711' },
    { WEBSITE_SITE_NAME: 'mfa' },
    { WEBSITE_SKU: 'FlexConsumption' },
  ])('let nobody in without a token anywhere else: %j', (host) => {
    expect(problemsOf({ ...development, ...host })).toContain('API_AUTH');
  });

  it('make verifying tokens the rule', () => {
    expect(problemsOf({ ...least, API_AUDIENCE: undefined, AZURE_FUNCTIONS_ENVIRONMENT: 'Development' })).toContain(
      'API_AUDIENCE',
    );
  });

  it('take lists with commas, semicolons and blanks', () => {
    const settings = readSettings({ ...least, PROTECTED_USERS: 'a@b.c, d@e.f;g@h.i\n' });
    expect(settings.PROTECTED_USERS).toEqual(['a@b.c', 'd@e.f', 'g@h.i']);
  });

  it('are all in the example, except those of managed identities and of collectors', () => {
    const example = JSON.parse(readFileSync(new URL('../../local.settings.example.json', import.meta.url), 'utf8'));
    const missing = settingNames.filter((name) => !(name in example.Values));
    expect(missing).toEqual([
      'API_AUTHORITY',
      'ServiceBusConnection__fullyQualifiedNamespace',
      'TablesConnection__tableServiceUri',
      'AZURE_CLIENT_ID',
      'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
      // The host reads these too, and an empty one is not for sure the same to it as none.
      'OTEL_SDK_DISABLED',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'OTEL_METRIC_EXPORT_INTERVAL',
    ]);
  });
});
