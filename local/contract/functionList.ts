import { readdirSync, readFileSync } from 'node:fs';
import { routes } from '../../shared/contract/routes.ts';

/** The names of the functions that each app runs in Azure, in alphabetical order. */
export interface FunctionList {
  /** The app with the API: functions that answer requests. */
  readonly front: readonly string[];
  /** The app that changes users: functions of queues and timers. */
  readonly workers: readonly string[];
}

/**
 * Reads which functions there are, by the kind of their triggers, from the files in `functions/`.
 * @param folder of the project
 */
export function functionList(folder: URL): FunctionList {
  const files = new URL('functions/', folder);
  const triggers = readdirSync(files).flatMap((file) => [
    ...readFileSync(new URL(file, files), 'utf8').matchAll(/app\.(http|timer|serviceBusQueue)\('(\w+)'/g),
  ]);
  const named = (isHttp: boolean) =>
    triggers.flatMap(([, kind, name]) => ((kind === 'http') === isHttp && name !== undefined ? [name] : []));
  return { front: [...routes.map(({ name }) => name), ...named(true)].sort(), workers: named(false).sort() };
}
