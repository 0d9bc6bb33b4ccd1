import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export type Settings = Readonly<Record<string, string | undefined>>;

const fileSchema = z.object({ Values: z.record(z.string(), z.string()).nullish() });

/**
 * Reads `Values` of local.settings.json in the app folder, as `func start` does. No file, no values.
 * @throws Error when the file is encrypted or is not what it should be
 */
export async function readLocalSettings(appDirectory: string): Promise<Record<string, string>> {
  const file = join(appDirectory, 'local.settings.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const json: unknown = JSON.parse(text);
    if ((json as { IsEncrypted?: unknown }).IsEncrypted === true) throw new Error('its values are encrypted');
    return fileSchema.parse(json).Values ?? {};
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The settings that an app sees: those with empty values are left out, as when Azure gives an instance to an app.
 * Locally, the environment goes before local.settings.json.
 */
export function withoutEmpty(settings: Settings): Record<string, string> {
  const kept = Object.entries(settings).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return Object.fromEntries(kept);
}

/** The value of a setting; letter case does not matter, and `A:B` is also `A__B`. Undefined when it is missing or empty. */
function findSetting(name: string, settings: Settings): string | undefined {
  const wanted = canonical(name);
  const exact = settings[name];
  const found = exact ?? Object.entries(settings).find(([candidate]) => canonical(candidate) === wanted)?.[1];
  return found === '' ? undefined : found;
}

function canonical(name: string): string {
  return name.replaceAll('__', ':').toLowerCase();
}

/**
 * Puts the value of a setting where a binding says `%NAME%`.
 * @param where the function and the property, for the message
 * @throws Error that names both when there is no such setting, or it is empty
 */
export function resolveSettings(text: string, settings: Settings, where: { functionName: string; property: string }) {
  return text.replaceAll(/%([\w.:-]+)%/g, (_, name: string) => {
    const value = findSetting(name, settings);
    if (value !== undefined) return value;
    throw new Error(
      `Function '${where.functionName}': '${where.property}' is "${text}", but there is no setting ${name}, or it is empty. ` +
        'Set it as an environment variable or in local.settings.json.',
    );
  });
}

/**
 * Whether `AzureWebJobs.<function>.Disabled` switches the function off, or the same with `_`: names of environment variables
 * have no dots on Linux, and the host accepts both (azure-webjobs-sdk, DefaultJobActivator's IsDisabledBySetting).
 */
export function isDisabled(functionName: string, settings: Settings): boolean {
  return ['.', '_'].some((dot) => {
    const value = findSetting(`AzureWebJobs${dot}${functionName}${dot}Disabled`, settings)?.trim().toLowerCase();
    return value === 'true' || value === '1';
  });
}
