import { readdirSync } from 'node:fs';
import { type BicepFile, type Body, type Declaration, Expression, readBicepFile, type Value } from './bicepFile.ts';

export const infraFolder = new URL('../../infra/', import.meta.url);

/** Every Bicep file that is parsed, by its path below infra/. Those in graph/ are not: the parser has no extensions. */
export const bicepFiles: ReadonlyMap<string, BicepFile> = new Map(
  ['main.bicep', ...readdirSync(new URL('modules/', infraFolder)).map((name) => `modules/${name}`)].map((path) => [
    path,
    readBicepFile(new URL(path, infraFolder)),
  ]),
);

export interface Located extends Declaration {
  /** The file, without folder and ending. */
  readonly module: string;
}

export const resources: readonly Located[] = [...bicepFiles].flatMap(([path, file]) =>
  file.resources.map((resource) => ({ ...resource, module: path.replace(/^modules\/|\.bicep$/g, '') })),
);

/** All resources of a type, whatever the API version. */
export function resourcesOf(type: string): Located[] {
  return resources.filter(({ of }) => of.split('@')[0] === type);
}

/** What stands at a path of a body; undefined when nothing does. */
export function at(body: Body, ...path: readonly string[]): Value | undefined {
  let value: Value | undefined = body;
  for (const name of path) value = isBody(value) ? value[name] : undefined;
  return value;
}

export function isBody(value: Value | undefined): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Expression);
}

export function fileOf(path: string): BicepFile {
  const file = bicepFiles.get(path);
  if (file === undefined) throw new Error(`There is no ${path}`);
  return file;
}

/** The settings that the app is deployed with: its own, from main.bicep, and those of the platform. */
export function appSettings(): Body {
  const [config] = resourcesOf('Microsoft.Web/sites/config');
  const properties = config?.body.properties;
  const app = fileOf('main.bicep').modules.find(({ symbol }) => symbol === 'functionApp');
  const own = app === undefined ? undefined : at(app.body, 'params', 'settings');
  const added = properties instanceof Expression ? properties.args[1] : undefined;
  if (!isBody(own) || !isBody(added)) throw new Error('The settings are not where they were');
  return { ...own, ...added };
}
