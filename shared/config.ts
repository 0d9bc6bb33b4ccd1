import { z } from 'zod';
import { isSafeBlobs, isSafeServiceBus, isSafeTables } from './connectionString.ts';
import { mailLanguages } from './mailLanguages.ts';
import { problemsBetween, type SettingProblem } from './settingRules.ts';
import {
  aboveZero,
  atMost,
  collectorUrl,
  flag,
  flagOr,
  guid,
  guids,
  hostName,
  list,
  oneOf,
  schedule,
  scopeName,
  serviceUrl,
  wholeAboveZero,
  wholeFromZero,
} from './settingValues.ts';
import { secretBytes } from './webhookSecret.ts';

const hasCredentials = (url: string): boolean => URL.canParse(url) && new URL(url).username !== '';
const seconds = (fallback: number) => aboveZero(fallback).default(fallback);
const days = (fallback: number) => aboveZero(fallback).default(fallback);

/** `readSettings` removes empty values before: an empty setting counts as missing. */
const schema = z.object({
  TENANT_ID: guid('the tenant'),
  API_AUTH: oneOf(['entra', 'development']).default('entra'),
  API_AUDIENCE: list,
  API_AUTHORITY: serviceUrl('https://login.microsoftonline.com').default('https://login.microsoftonline.com'),
  API_SCOPE: scopeName.default('access'),
  API_CLIENTS: guids('applications'),
  API_TOKEN_VERSION: oneOf(['', '1.0', '2.0']).default(''),
  AZURE_FUNCTIONS_ENVIRONMENT: z.string().default('Production'),

  GRAPH_BASE_URL: serviceUrl('https://graph.microsoft.com').default('https://graph.microsoft.com'),
  GRAPH_TIMEOUT_SECONDS: seconds(30),
  GRAPH_CONSISTENCY_SECONDS: seconds(120),
  GRAPH_WRITES_LIMIT: wholeFromZero(3000).default(3000),
  GRAPH_WRITES_WINDOW_SECONDS: seconds(150),
  APPLY_RETRY_BUDGET_SECONDS: seconds(240),
  RECOVER_AFTER_SECONDS: seconds(180),
  RECOVERY_SCHEDULE: schedule,

  ServiceBusConnection: z
    .string()
    .refine(isSafeServiceBus, {
      error:
        'must be the connection string of a namespace, with TLS and an Endpoint=sb://contoso.servicebus.windows.net, or ' +
        'of an emulator on the loopback address',
    })
    .optional(),
  ServiceBusConnection__fullyQualifiedNamespace: hostName.optional(),
  TablesConnection: z
    .string()
    .refine(isSafeTables, {
      error:
        'must be a connection string with https, such as one with DefaultEndpointsProtocol=https, or ' +
        'UseDevelopmentStorage=true (http works only on the loopback address)',
    })
    .optional(),
  TablesConnection__tableServiceUri: serviceUrl('https://contoso.table.core.windows.net').optional(),
  TABLES_PREFIX: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,20}$/, {
      error: 'must be at most 21 letters and digits and start with a letter, such as test1',
    })
    .default(''),
  DigestsConnection: z
    .string()
    .refine(isSafeBlobs, {
      error:
        'must be a connection string with https, such as one with DefaultEndpointsProtocol=https, or ' +
        'UseDevelopmentStorage=true (http works only on the loopback address)',
    })
    .optional(),
  DigestsConnection__blobServiceUri: serviceUrl('https://contoso.blob.core.windows.net').optional(),
  AUDIT_SEAL_SCHEDULE: schedule,
  AZURE_CLIENT_ID: guid('the user-assigned identity').optional(),

  PROTECTED_USERS: list,
  PROTECTED_GROUP: guid('the group').default(''),
  PROTECT_PRIVILEGED: flagOr(true),
  POLICY_CACHE_SECONDS: seconds(300),
  MAX_LOWERED_PER_DAY: wholeFromZero(50).default(50),
  LOWERED_WITHOUT_APPROVAL: wholeFromZero(50).default(50),
  // Messages and recovery reach back 14 days.
  APPROVAL_HOURS: aboveZero(24)
    .refine((hours) => hours <= 168, { error: 'must be at most 168 hours, such as 24' })
    .default(24),
  MAX_OPEN_OPERATIONS_PER_CALLER: wholeAboveZero(100).default(100),
  EXPRESS_USERS_PER_MINUTE: wholeFromZero(200).default(200),

  REGISTRATION_SWEEP_SCHEDULE: schedule,
  REGISTRATION_SWEEP_BUDGET_SECONDS: seconds(420),
  PROMOTE_REGISTERED: flag,
  STUCK_AFTER_DAYS: days(7),
  REMIND_AFTER_DAYS: aboveZero(7).optional(),
  REMIND_EVERY_DAYS: days(7),
  REMIND_MAX: wholeAboveZero(3).default(3),
  REMIND_SUBJECT: atMost(200),
  REMIND_BODY: atMost(10_000),

  NOTIFY_FROM: z.string().default(''),
  NOTIFY_LANGUAGE: oneOf(['', ...mailLanguages]).default(''),
  NOTIFY_FORMAT: oneOf(['', 'html', 'text']).default(''),
  NOTIFY_SUBJECT: atMost(200),
  NOTIFY_BODY: atMost(10_000),
  NOTIFY_CONTACT: atMost(500),
  NOTIFY_PER_MINUTE: wholeAboveZero(30).default(30),
  NOTIFY_PER_DAY: wholeAboveZero(10_000).default(10_000),

  TELEMETRY_TO_APPLICATION_INSIGHTS: flag,
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().default(''),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z.string().default(''),
  OTEL_SDK_DISABLED: flag,
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl.default(''),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorUrl.default(''),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: collectorUrl.default(''),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['', 'http/protobuf', 'http/json'], ' (gRPC is not supported)').default(''),
  OTEL_METRIC_EXPORT_INTERVAL: wholeAboveZero(60_000).default(60_000),

  NOTIFY_WEBHOOK: serviceUrl('https://hooks.contoso.com/mfa')
    .refine((url) => !hasCredentials(url), {
      error:
        'must be an address without a user name, such as https://hooks.contoso.com/mfa (receivers check the signature instead)',
    })
    .default(''),
  NOTIFY_WEBHOOK_SECRET: list
    .refine((secrets) => secrets.every((secret) => secretBytes(secret) !== undefined), {
      error:
        'must be whsec_ and 24 to 64 random bytes as base64, or two such secrets with a comma between them during a change',
    })
    .transform((secrets) => secrets.map(secretBytes).filter((bytes) => bytes !== undefined)),
  API_URL: serviceUrl('https://contoso.azurewebsites.net/api')
    .refine((url) => !hasCredentials(url), { error: 'must not contain a user name' })
    .refine((url) => !/[?#]/.test(url), {
      error: 'must include the path, such as https://contoso.azurewebsites.net/api, because links start with it',
    })
    .transform((url) => url.replace(/\/+$/, ''))
    .default(''),

  AUDIT_INDEX_SCHEDULE: schedule,
  HISTORY_PURGE_SCHEDULE: schedule,
  OPERATION_RETENTION_DAYS: days(90),
  AUDIT_RETENTION_DAYS: aboveZero(365).optional(),
});

/** The settings of the app, read once. `local.settings.example.json` explains each. */
export type Settings = Readonly<z.infer<typeof schema>>;

/** The names of all settings that the app reads. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/**
 * Reads the settings from environment variables. An empty setting counts as missing, because hosts in Azure omit it.
 * @throws Error with every problem and how to correct it, without any value. The message is one line, because some
 * hosts log only the first line
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => (value ?? '') !== ''));
  const result = schema.safeParse(given);
  const problems = [...problemsBetween(given), ...problemsOfEach(result.error, given)];
  if (result.success && problems.length === 0) return result.data;
  const inOrder = problems.sort((a, b) => settingNames.indexOf(a.name) - settingNames.indexOf(b.name));
  const told = inOrder.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  throw new Error(`The app does not start because of wrong settings. Correct these: ${told}`);
}

/** One problem for each setting. `problemsBetween` reports missing settings. */
function problemsOfEach(error: z.ZodError | undefined, given: Readonly<Record<string, unknown>>): SettingProblem[] {
  const problems = new Map<string, string>();
  for (const { path, message } of error?.issues ?? []) {
    const name = String(path[0]);
    if (name in given && !problems.has(name)) problems.set(name, message);
  }
  return [...problems].map(([name, problem]) => ({ name, problem }));
}
