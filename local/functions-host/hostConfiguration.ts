import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfiguredValue } from './configuredValue.ts';
import { HostError } from './hostError.ts';
import { parseLenientJson } from './lenientJson.ts';
import type { Settings } from './settings.ts';

/**
 * host.json as the host sees it: values by their path, such as `extensions:http:routeprefix`. Letter case does not
 * matter, and every value is text: `4` and `"4"` are the same.
 */
export interface HostConfiguration {
  get(path: string): ConfiguredValue | undefined;
  /** The values directly below a path, by the rest of their path as it is written. */
  below(path: string): readonly (readonly [string, ConfiguredValue])[];
}

/** Settings that replace a value of host.json: `AzureFunctionsJobHost__functionTimeout`. */
const OVERRIDE = /^AzureFunctionsJobHost(?:__|:)/i;

/**
 * Reads host.json of the app; no file means defaults. Settings that begin with `AzureFunctionsJobHost__` replace values
 * of the file.
 * @throws HostError that says what to do when the file is not what the host expects
 */
export async function readHostConfiguration(appDirectory: string, settings: Settings): Promise<HostConfiguration> {
  const file = join(appDirectory, 'host.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    text = '{}';
  }
  let json: unknown;
  try {
    json = parseLenientJson(text);
  } catch (error) {
    throw new HostError(`${file} is not JSON: ${(error as Error).message}. Correct it there.`, { cause: error });
  }
  return toHostConfiguration(json, settings, file);
}

/** Like {@link readHostConfiguration}, for what the file holds. */
export function toHostConfiguration(json: unknown, settings: Settings = {}, file = 'host.json'): HostConfiguration {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new HostError(`${file} must hold an object in braces, such as { "version": "2.0" }.`);
  }
  const root: Readonly<Record<string, unknown>> = { ...json };
  if (Object.keys(root).length > 0) requireVersion(root.version, file);
  const values = new Map<string, ConfiguredValue & { readonly path: readonly string[] }>();
  const add = (path: readonly string[], value: unknown, name: string): void => {
    values.set(path.join(':').toLowerCase(), { text: toText(value), name, path });
  };
  const addAll = (path: readonly string[], value: unknown): void => {
    if (typeof value !== 'object' || value === null) add(path, value, `'${path.join('.')}' of ${file}`);
    else for (const [key, inner] of Object.entries(value)) addAll([...path, key], inner);
  };
  addAll([], root);
  for (const [name, value] of Object.entries(settings)) {
    if (!OVERRIDE.test(name) || value === undefined) continue;
    add(name.replace(OVERRIDE, '').split(/__|:/), value, `the setting ${name}`);
  }
  return {
    get: (path) => values.get(path.toLowerCase()),
    below: (path) => {
      const depth = path.split(':').length;
      return [...values]
        .filter(([key]) => key.startsWith(`${path.toLowerCase()}:`))
        .map(([, value]) => [value.path.slice(depth).join(':'), value] as const);
    },
  };
}

function requireVersion(version: unknown, file: string): void {
  const text = toText(version ?? null);
  if (text === '2.0') return;
  const found = text === '' ? `${file} has no "version"` : `"version" of ${file} is ${text}`;
  throw new HostError(`${found}; it must be "2.0", in quotes: { "version": "2.0", … }.`);
}

/** As .NET writes the value of a JSON token. */
function toText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}
