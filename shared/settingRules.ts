import { whyNotDevelopment } from './development.ts';

export interface SettingProblem {
  readonly name: string;
  /** The problem and a valid example. Never the value, which may be a secret. */
  readonly problem: string;
}

/** Renamed settings. The app refuses the old names, because otherwise the default would silently apply. */
const RENAMED: Readonly<Record<string, string>> = {
  MAX_WEAKENED_PER_DAY: 'MAX_LOWERED_PER_DAY',
  REGISTRATION_AUDIT_SCHEDULE: 'REGISTRATION_SWEEP_SCHEDULE',
  REGISTRATION_AUDIT_BUDGET_SECONDS: 'REGISTRATION_SWEEP_BUDGET_SECONDS',
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Problems that concern several settings. The check reads the raw texts, so that an invalid setting hides no other
 * problem.
 * @param environment without empty values
 */
export function problemsBetween(environment: Environment): SettingProblem[] {
  const has = (name: string): boolean => environment[name] !== undefined;
  const isTrue = (name: string): boolean => environment[name]?.toLowerCase() === 'true';
  const problems: SettingProblem[] = [];
  const needs = (name: string, isWrong: boolean, problem: string): void => {
    if (isWrong) problems.push({ name, problem });
  };
  for (const [name, newName] of Object.entries(RENAMED)) needs(name, has(name), `is now called ${newName}`);
  needs(
    'TENANT_ID',
    !has('TENANT_ID'),
    'is missing: the id of the tenant, such as 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  );
  needs(
    'API_AUDIENCE',
    (environment.API_AUTH ?? 'entra') === 'entra' && /^[\s,;]*$/.test(environment.API_AUDIENCE ?? ''),
    'is missing: the audience of access tokens, for example api://TENANT_ID/per-user-mfa-prod',
  );
  exactlyOne('ServiceBusConnection', 'ServiceBusConnection__fullyQualifiedNamespace', 'contoso.servicebus.windows.net');
  exactlyOne('TablesConnection', 'TablesConnection__tableServiceUri', 'https://contoso.table.core.windows.net');
  needs(
    'DigestsConnection',
    has('DigestsConnection') && has('DigestsConnection__blobServiceUri'),
    'and DigestsConnection__blobServiceUri are both set: keep one',
  );
  needs(
    'DigestsConnection__blobServiceUri',
    has('TablesConnection__tableServiceUri') && !has('DigestsConnection') && !has('DigestsConnection__blobServiceUri'),
    'is missing: the storage account that keeps the digests of the audit record, such as https://contoso.blob.core.windows.net',
  );
  needs(
    'REMIND_AFTER_DAYS',
    has('REMIND_AFTER_DAYS') && !has('NOTIFY_FROM'),
    'needs NOTIFY_FROM, the mailbox that sends the mails, such as mfa@contoso.com',
  );
  needs(
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    isTrue('TELEMETRY_TO_APPLICATION_INSIGHTS') && !has('APPLICATIONINSIGHTS_CONNECTION_STRING'),
    'is missing, and TELEMETRY_TO_APPLICATION_INSIGHTS needs it: the connection string of the resource, such as ' +
      'InstrumentationKey=0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  );
  needs(
    'NOTIFY_WEBHOOK_SECRET',
    has('NOTIFY_WEBHOOK') && /^[\s,;]*$/.test(environment.NOTIFY_WEBHOOK_SECRET ?? ''),
    'is missing, and NOTIFY_WEBHOOK needs it: whsec_ and 24 to 64 random bytes as base64',
  );
  const unsafe = environment.API_AUTH === 'development' ? whyNotDevelopment(environment) : undefined;
  if (unsafe !== undefined)
    problems.push({
      name: 'API_AUTH',
      problem: `is development, which accepts requests without a token and works only ${unsafe}: set it to entra`,
    });
  return problems;

  function exactlyOne(local: string, identity: string, example: string): void {
    const what = `a connection string on your machine, or ${identity} with a managed identity, such as ${example}`;
    if (has(local) && has(identity)) problems.push({ name: local, problem: `and ${identity} are both set: keep one` });
    else needs(local, !has(local) && !has(identity), `is missing: ${what}`);
  }
}
