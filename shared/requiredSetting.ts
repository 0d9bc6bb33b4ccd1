import type { Settings } from './config.ts';

type OptionalText =
  | 'ServiceBusConnection__fullyQualifiedNamespace'
  | 'TablesConnection__tableServiceUri'
  | 'DigestsConnection__blobServiceUri';

/**
 * A setting that is needed when its connection string is missing. `problemsBetween` checks this when the app starts.
 * @throws Error when the setting is missing
 */
export function requiredSetting(settings: Settings, name: OptionalText): string {
  const value = settings[name];
  if (value === undefined) throw new Error(`The setting ${name} is missing. Set it, or set a connection string.`);
  return value;
}
