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
 * Puts the value of a setting where a binding says `%NAME%`.
 * @param where the function and the property, for the message
 * @throws Error that names both when there is no such setting
 */
export function resolveSettings(text: string, settings: Settings, where: { functionName: string; property: string }) {
  return text.replaceAll(/%([\w.:-]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value !== undefined) return value;
    throw new Error(
      `Function '${where.functionName}': '${where.property}' is "${text}", but there is no setting ${name}. ` +
        'Set it as an environment variable or in local.settings.json.',
    );
  });
}

/** Whether `AzureWebJobs.<function>.Disabled` switches the function off. */
export function isDisabled(functionName: string, settings: Settings): boolean {
  const value = settings[`AzureWebJobs.${functionName}.Disabled`]?.trim().toLowerCase();
  return value === 'true' || value === '1';
}
