import { createCoreModule, provideCoreModule } from '../../local/functions-host/app/coreModule.ts';
import { loadApp } from '../../local/functions-host/app/loadApp.ts';

/**
 * Does with an app what a worker does until its functions are registered, and nothing else: the local host has much of
 * its own to load, which a worker in Azure has not. Says how many functions there are in a line of JSON.
 */
export async function register(directory: string): Promise<void> {
  const core = createCoreModule(() => {});
  provideCoreModule(core);
  await loadApp(directory);
  core.closeRegistration();
  await core.runHooks('appStart', { hookData: {}, appHookData: {}, functionAppDirectory: directory });
  process.stdout.write(`${JSON.stringify({ functions: core.functions.size })}\n`);
}
