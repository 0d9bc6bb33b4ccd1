import { within } from '../deadline.ts';
import type { HostLog } from '../hostLog.ts';
import { AppStartError } from './appStartError.ts';
import type { CoreModule } from './coreModule.ts';
import { loadApp } from './loadApp.ts';

/**
 * Loads the app and runs its appStart hooks. `@azure/functions-core` must be in place.
 * @throws AppStartError when the app cannot be loaded or a hook fails
 */
export async function startApp(core: CoreModule, appDirectory: string): Promise<void> {
  await loadApp(appDirectory);
  core.closeRegistration();
  const { outerHookData: hookData, appHookData } = core;
  try {
    await core.runHooks('appStart', { hookData, appHookData, functionAppDirectory: appDirectory });
  } catch (thrown) {
    throw new AppStartError(`An appStart hook of the app failed: ${describe(thrown)}`, { cause: thrown });
  }
}

/** From its word to end until the real host kills a worker. */
const TERMINATE_WITHIN_MS = 5_000;

/** Runs the app's appTerminate hooks, for as long as the real host waits for them. Never rejects. */
export async function terminateApp(core: CoreModule, log: HostLog): Promise<void> {
  const hooks = core.runHooks('appTerminate', { hookData: core.outerHookData, appHookData: core.appHookData });
  const tooLate = (): Error => new Error(`they took longer than ${TERMINATE_WITHIN_MS / 1000} s and were cut off`);
  try {
    await within(hooks, TERMINATE_WITHIN_MS, tooLate);
  } catch (thrown) {
    log.host('error', `The appTerminate hooks of the app failed: ${describe(thrown)}`);
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
