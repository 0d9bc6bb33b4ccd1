import { z } from 'zod';
import { isSafeServiceBus, isSafeTables } from './connectionString.ts';
import { whyNotDevelopment } from './development.ts';
import { isLoopback } from './loopback.ts';
import { mailLanguages } from './mailLanguages.ts';
import { secretBytes } from './webhookSecret.ts';

const guid = z.guid();
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);
const days = z.coerce.number().positive();
const flag = z.stringbool({ truthy: ['true'], falsy: ['false', ''] }).default(false);
const noDays = z.literal('').transform(() => undefined);
/** A list separated by commas or white space. */
const list = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,;]+/).filter((item) => item !== ''));
const NEEDS_TLS = 'must use TLS, except on the loopback address';
const hasCredentials = (url: string): boolean => URL.canParse(url) && new URL(url).username !== '';
const serviceUrl = z.url({ protocol: /^https?$/ }).refine((url) => url.startsWith('https:') || isLoopback(url), {
  error: NEEDS_TLS,
});

const schema = z
  .object({
    TENANT_ID: guid,
    API_AUTH: z.enum(['entra', 'development']).default('entra'),
    API_AUDIENCE: list,
    API_AUTHORITY: serviceUrl.default('https://login.microsoftonline.com'),
    AZURE_FUNCTIONS_ENVIRONMENT: z.string().default('Production'),

    GRAPH_BASE_URL: serviceUrl.default('https://graph.microsoft.com'),
    GRAPH_TIMEOUT_SECONDS: seconds(30),
    GRAPH_CONSISTENCY_SECONDS: seconds(120),
    GRAPH_WRITES_LIMIT: z.coerce.number().int().min(0).default(3000),
    GRAPH_WRITES_WINDOW_SECONDS: seconds(150),
    APPLY_RETRY_BUDGET_SECONDS: seconds(240),
    RECOVER_AFTER_SECONDS: seconds(180),
    RECOVERY_SCHEDULE: z.string().default(''),

    ServiceBusConnection: z.string().refine(isSafeServiceBus, { error: NEEDS_TLS }).optional(),
    ServiceBusConnection__fullyQualifiedNamespace: z.string().optional(),
    TablesConnection: z.string().refine(isSafeTables, { error: NEEDS_TLS }).optional(),
    TablesConnection__tableServiceUri: serviceUrl.optional(),
    TABLES_PREFIX: z
      .string()
      .regex(/^([A-Za-z][A-Za-z0-9]{0,20})?$/, 'must be letters and digits, starting with a letter')
      .default(''),
    AZURE_CLIENT_ID: guid.optional(),

    PROTECTED_USERS: list,
    PROTECTED_GROUP: z.union([guid, z.literal('')]).default(''),
    POLICY_CACHE_SECONDS: seconds(300),
    MAX_WEAKENED_PER_DAY: z.coerce.number().int().min(0).default(50),

    REGISTRATION_AUDIT_SCHEDULE: z.string().default(''),
    REGISTRATION_AUDIT_BUDGET_SECONDS: seconds(480),
    PROMOTE_REGISTERED: flag,
    STUCK_AFTER_DAYS: days.default(7),
    REMIND_AFTER_DAYS: z.union([noDays, days]).optional(),
    REMIND_EVERY_DAYS: days.default(7),
    REMIND_MAX: z.coerce.number().int().positive().default(3),
    REMIND_SUBJECT: z.string().max(200).default(''),
    REMIND_BODY: z.string().max(10_000).default(''),

    NOTIFY_FROM: z.string().default(''),
    NOTIFY_LANGUAGE: z.enum(['', ...mailLanguages]).default(''),
    NOTIFY_FORMAT: z.enum(['', 'html', 'text']).default(''),
    NOTIFY_SUBJECT: z.string().max(200).default(''),
    NOTIFY_BODY: z.string().max(10_000).default(''),
    NOTIFY_CONTACT: z.string().max(500).default(''),
    NOTIFY_PER_MINUTE: z.coerce.number().int().positive().default(30),
    NOTIFY_PER_DAY: z.coerce.number().int().positive().default(10_000),

    TELEMETRY_TO_APPLICATION_INSIGHTS: flag,
    APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().default(''),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z.string().default(''),
    OTEL_SDK_DISABLED: flag,
    OTEL_EXPORTER_OTLP_ENDPOINT: z.union([z.literal(''), z.url()]).default(''),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.union([z.literal(''), z.url()]).default(''),
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.union([z.literal(''), z.url()]).default(''),
    OTEL_EXPORTER_OTLP_PROTOCOL: z
      .enum(['', 'http/protobuf', 'http/json'], { error: 'must be http/protobuf or http/json; gRPC is not supported' })
      .default(''),
    OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().positive().default(60_000),

    NOTIFY_WEBHOOK: z
      .union([z.literal(''), serviceUrl.refine((url) => !hasCredentials(url), { error: 'must not have a user name' })])
      .default(''),
    NOTIFY_WEBHOOK_SECRET: list
      .refine((secrets) => secrets.every((secret) => secretBytes(secret) !== undefined), {
        error:
          'must be whsec_ and 24 to 64 random bytes as base64; two of them, separated by a comma, while it is changed',
      })
      .transform((secrets) => secrets.map((secret) => secretBytes(secret) as Buffer)),
    API_URL: z
      .union([
        z.literal(''),
        serviceUrl
          .refine((url) => !hasCredentials(url), { error: 'must not have a user name' })
          .refine((url) => !/[?#]/.test(url), { error: 'must end with the path: links go on from there' }),
      ])
      .transform((url) => url.replace(/\/+$/, ''))
      .default(''),

    HISTORY_PURGE_SCHEDULE: z.string().default(''),
    OPERATION_RETENTION_DAYS: days.default(90),
    AUDIT_RETENTION_DAYS: z.union([noDays, days]).optional(),
  })
  .superRefine((settings, context) => {
    const one = (name: string, present: readonly unknown[], choices: string): void => {
      if (present.filter(Boolean).length !== 1)
        context.addIssue({ code: 'custom', path: [name], message: `set exactly one of ${choices}` });
    };
    one(
      'ServiceBusConnection',
      [settings.ServiceBusConnection, settings.ServiceBusConnection__fullyQualifiedNamespace],
      'ServiceBusConnection and ServiceBusConnection__fullyQualifiedNamespace',
    );
    one(
      'TablesConnection',
      [settings.TablesConnection, settings.TablesConnection__tableServiceUri],
      'TablesConnection and TablesConnection__tableServiceUri',
    );
    if (settings.TELEMETRY_TO_APPLICATION_INSIGHTS && settings.APPLICATIONINSIGHTS_CONNECTION_STRING === '')
      context.addIssue({
        code: 'custom',
        path: ['APPLICATIONINSIGHTS_CONNECTION_STRING'],
        message: 'is needed by TELEMETRY_TO_APPLICATION_INSIGHTS',
      });
    if (settings.REMIND_AFTER_DAYS !== undefined && settings.NOTIFY_FROM === '')
      context.addIssue({ code: 'custom', path: ['REMIND_AFTER_DAYS'], message: 'needs NOTIFY_FROM to send mails' });
    if (settings.NOTIFY_WEBHOOK !== '' && settings.NOTIFY_WEBHOOK_SECRET.length === 0)
      context.addIssue({ code: 'custom', path: ['NOTIFY_WEBHOOK_SECRET'], message: 'is needed by NOTIFY_WEBHOOK' });
    if (settings.API_AUTH === 'entra' && settings.API_AUDIENCE.length === 0)
      context.addIssue({ code: 'custom', path: ['API_AUDIENCE'], message: 'is needed to verify access tokens' });
  });

/** The settings of the app, read once. `local.settings.example.json` explains each. */
export type Settings = Readonly<z.infer<typeof schema>>;

/**
 * Reads the settings from environment variables.
 * @throws Error that lists every problem, one per line, without repeating any value.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const result = schema.safeParse(environment);
  const issues = result.error?.issues ?? [];
  const problems = issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  const unsafe = environment.API_AUTH === 'development' ? whyNotDevelopment(environment) : undefined;
  if (unsafe !== undefined) problems.push(`  API_AUTH: development lets everybody in and works only ${unsafe}`);
  if (result.success && problems.length === 0) return result.data;
  throw new Error(`The settings are not complete:\n${problems.join('\n')}`);
}

/** The names of all settings that the app reads. */
export const settingNames: readonly string[] = Object.keys(schema.shape);
