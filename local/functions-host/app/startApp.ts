import type { Settings } from '../settings.ts';
import type { CoreModule } from './coreModule.ts';
import { type HostedFunction, hostFunction } from './hostedFunction.ts';
import { loadApp } from './loadApp.ts';

/**
 * Loads the app, runs its appStart hooks and understands its functions. `@azure/functions-core` must be in place.
 * @throws Error when the app cannot be loaded, a hook fails, or a function cannot be served
 */
export async function startApp(core: CoreModule, appDirectory: string, settings: Settings): Promise<HostedFunction[]> {
  await loadApp(appDirectory);
  core.closeRegistration();
  const { outerHookData: hookData, appHookData } = core;
  await core.runHooks('appStart', { hookData, appHookData, functionAppDirectory: appDirectory });
  return [...core.functions.values()].map((registered) => hostFunction(registered, settings));
}

/** Runs the app's appTerminate hooks. */
export async function terminateApp(core: CoreModule): Promise<void> {
  await core.runHooks('appTerminate', { hookData: core.outerHookData, appHookData: core.appHookData });
}
