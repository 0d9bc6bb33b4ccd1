import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSettings, settingNames } from '../../shared/config.ts';
import { leastSettings } from '../support/leastSettings.ts';

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

/** A wrong value for each setting that can have one. Some look like secrets, which must not be told. */
const WRONG: Readonly<Record<string, string>> = {
  TENANT_ID: 'contoso.onmicrosoft.com',
  API_AUTH: 'none-at-all',
  API_AUTHORITY: 'http://login.contoso.com',
  API_SCOPE: 'api://s3cret/access',
  API_CLIENTS: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d, my-s3cret-app',
  API_TOKEN_VERSION: 'v3',
  GRAPH_BASE_URL: 'graph.contoso.com',
  GRAPH_TIMEOUT_SECONDS: '-1',
  GRAPH_CONSISTENCY_SECONDS: '2 minutes',
  GRAPH_WRITES_LIMIT: '2.5',
  GRAPH_WRITES_WINDOW_SECONDS: '-0.25',
  APPLY_RETRY_BUDGET_SECONDS: 'NaN',
  RECOVER_AFTER_SECONDS: 'Infinity',
  RECOVERY_SCHEDULE: 'every two minutes',
  ServiceBusConnection: 'Endpoint=sb://10.0.0.1;SharedAccessKey=s3cret;UseDevelopmentEmulator=true',
  ServiceBusConnection__fullyQualifiedNamespace: 'sb://contoso/',
  TablesConnection: 'DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=s3cret',
  TablesConnection__tableServiceUri: 'http://contoso.table.core.windows.net',
  TABLES_PREFIX: '0s3cret',
  DigestsConnection: 'DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=s3cret',
  DigestsConnection__blobServiceUri: 'http://contoso.blob.core.windows.net',
  AUDIT_SEAL_SCHEDULE: 'each hour',
  AZURE_CLIENT_ID: 'my-identity',
  PROTECTED_GROUP: 'Break glass',
  PROTECT_PRIVILEGED: 'yes',
  POLICY_CACHE_SECONDS: '5m',
  MAX_LOWERED_PER_DAY: '-5',
  LOWERED_WITHOUT_APPROVAL: '-5',
  APPROVAL_HOURS: 'one day',
  MAX_OPEN_OPERATIONS_PER_CALLER: '-7',
  EXPRESS_USERS_PER_MINUTE: 'many',
  REGISTRATION_SWEEP_SCHEDULE: '@hourly',
  REGISTRATION_SWEEP_BUDGET_SECONDS: 'x1',
  PROMOTE_REGISTERED: 'switched on',
  STUCK_AFTER_DAYS: '-7',
  REMIND_AFTER_DAYS: 'x2',
  REMIND_EVERY_DAYS: 'weekly',
  REMIND_MAX: '1.5',
  REMIND_SUBJECT: 'y'.repeat(201),
  REMIND_BODY: 'y'.repeat(10_001),
  NOTIFY_LANGUAGE: 'klingon',
  NOTIFY_FORMAT: 'rtf',
  NOTIFY_SUBJECT: 'y'.repeat(201),
  NOTIFY_BODY: 'y'.repeat(10_001),
  NOTIFY_CONTACT: 'y'.repeat(501),
  NOTIFY_PER_MINUTE: '0.5',
  NOTIFY_PER_DAY: 'many',
  TELEMETRY_TO_APPLICATION_INSIGHTS: 'yes-please',
  OTEL_SDK_DISABLED: 'nope',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '//collector',
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'grpc://collector',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/thrift',
  OTEL_METRIC_EXPORT_INTERVAL: '1min',
  NOTIFY_WEBHOOK: 'https://mfa:s3cret@hooks.contoso.com',
  NOTIFY_WEBHOOK_SECRET: 'whsec_s3cret',
  API_URL: 'mfa.contoso.com/api',
  AUDIT_INDEX_SCHEDULE: 'often',
  HISTORY_PURGE_SCHEDULE: '3 nightly',
  OPERATION_RETENTION_DAYS: '90d',
  AUDIT_RETENTION_DAYS: '-12',
};

/** What a setting needs beside it, so that nothing but itself is wrong; undefined takes away what it excludes. */
function needed(name: string): Record<string, string | undefined> {
  if (name === 'ServiceBusConnection') return { ServiceBusConnection__fullyQualifiedNamespace: undefined };
  if (name === 'TablesConnection') return { TablesConnection__tableServiceUri: undefined };
  if (name === 'DigestsConnection') return { DigestsConnection__blobServiceUri: undefined };
  if (name === 'REMIND_AFTER_DAYS') return { NOTIFY_FROM: 'mfa@contoso.com' };
  if (name === 'NOTIFY_WEBHOOK') return { NOTIFY_WEBHOOK_SECRET: SECRET };
  return {};
}

/** The settings that a message names as wrong, in its order. */
function namedIn(told: string): string[] {
  const problems = told.split('Correct these: ')[1]?.split('; ') ?? [];
  return problems.map((problem) => problem.slice(0, problem.indexOf(':')));
}

/** One line in plain words, not those of the library that checks. */
function expectPlain(told: string): void {
  expect(told).not.toMatch(/[\r\n]/);
  expect(told).not.toMatch(/\b(?:invalid|expected|received|too (?:small|big)|undefined|NaN|union|option)\b/i);
  expect(told).not.toContain('s3cret');
}

describe('the settings', () => {
  it('need little, and have the documented quotas of Graph as defaults', () => {
    expect(readSettings(leastSettings)).toMatchObject({
      API_AUTH: 'entra',
      GRAPH_BASE_URL: 'https://graph.microsoft.com',
      GRAPH_WRITES_LIMIT: 3_000,
      GRAPH_WRITES_WINDOW_SECONDS: 150,
      PROTECTED_USERS: [],
    });
  });

  it.each(Object.entries(WRONG))('say what %s must be, in plain words, when it is %j', (name, value) => {
    const told = problemsOf({ ...leastSettings, ...needed(name), [name]: value });
    expect(told).toMatch(
      new RegExp(`^The app does not start because of wrong settings\\. Correct these: ${name}: [^:]`),
    );
    expectPlain(told);
    expect(told).not.toContain(value);
  });

  it('are all in that table, except those in which nothing can be wrong by itself', () => {
    expect(settingNames.filter((name) => !(name in WRONG))).toEqual([
      'API_AUDIENCE',
      'AZURE_FUNCTIONS_ENVIRONMENT',
      'PROTECTED_USERS',
      'NOTIFY_FROM',
      'APPLICATIONINSIGHTS_CONNECTION_STRING',
      'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
    ]);
  });

  it('tell all that is missing when nothing is set', () => {
    for (const environment of [{}, Object.fromEntries(settingNames.map((name) => [name, '']))]) {
      const told = problemsOf(environment);
      expect(namedIn(told)).toEqual(['TENANT_ID', 'API_AUDIENCE', 'ServiceBusConnection', 'TablesConnection']);
      expect(told.match(/: is missing: /g)).toHaveLength(4);
      expectPlain(told);
    }
  });

  it('tell of every one of them, in their order, when all are wrong', () => {
    const told = problemsOf(WRONG);
    expect([...new Set(namedIn(told))]).toEqual(settingNames.filter((name) => name in WRONG));
    expectPlain(told);
    for (const value of Object.values(WRONG)) expect(told).not.toContain(value);
  });

  it('tell of those that are wrong, whichever they are, and of what is missing beside them', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(WRONG)), fc.boolean(), (names, isAlone) => {
        const wrong = Object.fromEntries(names.map((name) => [name, WRONG[name]]));
        const told = problemsOf(isAlone ? wrong : { ...leastSettings, ...wrong });
        for (const name of names) expect(namedIn(told)).toContain(name);
        if (isAlone && !('API_AUTH' in wrong)) expect(namedIn(told)).toContain('API_AUDIENCE');
        if (told !== '') expectPlain(told);
      }),
    );
  });

  it('may be empty, which is the same as not to be there', () => {
    const empty = Object.fromEntries(settingNames.map((name) => [name, '']));
    expect(readSettings({ ...empty, ...leastSettings })).toEqual(readSettings(leastSettings));
  });

  it.each([
    ['API_AUDIENCE', { API_AUDIENCE: '' }],
    ['TablesConnection', { TablesConnection__tableServiceUri: undefined }],
    ['TablesConnection', { TablesConnection: 'UseDevelopmentStorage=true' }],
    ['DigestsConnection', { DigestsConnection: 'UseDevelopmentStorage=true' }],
    ['DigestsConnection__blobServiceUri', { DigestsConnection__blobServiceUri: undefined }],
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
    ['MAX_LOWERED_PER_DAY', { MAX_LOWERED_PER_DAY: '-1' }],
    ['LOWERED_WITHOUT_APPROVAL', { LOWERED_WITHOUT_APPROVAL: 'all' }],
    ['APPROVAL_HOURS', { APPROVAL_HOURS: '169' }],
    ['MAX_WEAKENED_PER_DAY', { MAX_WEAKENED_PER_DAY: '0' }],
    ['REGISTRATION_AUDIT_SCHEDULE', { REGISTRATION_AUDIT_SCHEDULE: '0 0 3 * * *' }],
    ['REGISTRATION_AUDIT_BUDGET_SECONDS', { REGISTRATION_AUDIT_BUDGET_SECONDS: '60' }],
    ['REMIND_AFTER_DAYS', { REMIND_AFTER_DAYS: '7' }],
    ['REMIND_AFTER_DAYS', { REMIND_AFTER_DAYS: '0', NOTIFY_FROM: 'mfa@contoso.com' }],
    ['REMIND_MAX', { REMIND_MAX: '1.5' }],
    ['NOTIFY_WEBHOOK', { NOTIFY_WEBHOOK: 'http://hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: SECRET }],
    ['NOTIFY_WEBHOOK', { NOTIFY_WEBHOOK: 'https://mfa:pw@hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: SECRET }],
    ['NOTIFY_WEBHOOK_SECRET', { NOTIFY_WEBHOOK: 'https://hooks.contoso.com' }],
    ['NOTIFY_WEBHOOK_SECRET', { NOTIFY_WEBHOOK: 'https://hooks.contoso.com', NOTIFY_WEBHOOK_SECRET: 'a password' }],
  ])('name %s as the problem of %j', (name, change) => {
    expect(problemsOf({ ...leastSettings, ...change })).toContain(`${name}:`);
  });

  const development = {
    ...leastSettings,
    API_AUTH: 'development',
    API_AUDIENCE: '',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  };

  it.each([{}, { WEBSITE_HOSTNAME: 'localhost:7071' }, { WEBSITE_HOSTNAME: '127.0.0.1:0' }, { WEBSITE_HOSTNAME: '' }])(
    'need no token on a developer’s machine: %j',
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
  ])('need a token everywhere else: %j', (host) => {
    expect(problemsOf({ ...development, ...host })).toContain('API_AUTH');
  });

  it('make verifying tokens the rule', () => {
    expect(
      problemsOf({ ...leastSettings, API_AUDIENCE: undefined, AZURE_FUNCTIONS_ENVIRONMENT: 'Development' }),
    ).toContain('API_AUDIENCE');
  });

  it('take lists with commas, semicolons and blanks', () => {
    const settings = readSettings({ ...leastSettings, PROTECTED_USERS: 'a@b.c, d@e.f;g@h.i\n' });
    expect(settings.PROTECTED_USERS).toEqual(['a@b.c', 'd@e.f', 'g@h.i']);
  });

  it('are all in the example, except those of managed identities and of collectors', () => {
    const example = JSON.parse(readFileSync(new URL('../../local.settings.example.json', import.meta.url), 'utf8'));
    const missing = settingNames.filter((name) => !(name in example.Values));
    expect(missing).toEqual([
      'API_AUTHORITY',
      'ServiceBusConnection__fullyQualifiedNamespace',
      'TablesConnection__tableServiceUri',
      'DigestsConnection__blobServiceUri',
      'AZURE_CLIENT_ID',
      'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
      // The host reads these too, and an empty one is not for sure the same to it as none.
      'OTEL_SDK_DISABLED',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      'OTEL_METRIC_EXPORT_INTERVAL',
    ]);
  });
});
