import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCoreModule, provideCoreModule } from '../../local/functions-host/app/coreModule.ts';
import { findFiles } from '../../local/functions-host/app/glob.ts';

/**
 * Does with an app what a worker does until its functions are registered, and nothing else: the local host has much of
 * its own to load, which a worker in Azure has not. Says how many functions there are in a line of JSON.
 */
export async function register(directory: string): Promise<void> {
  const core = createCoreModule(() => {});
  provideCoreModule(core);
  // Our own file, written by the build.
  const { main } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { main: string };
  for (const file of await findFiles(directory, main)) await import(pathToFileURL(join(directory, file)).href);
  core.closeRegistration();
  await core.runHooks('appStart', { hookData: {}, appHookData: {}, functionAppDirectory: directory });
  process.stdout.write(`${JSON.stringify({ functions: core.functions.size })}\n`);
}
