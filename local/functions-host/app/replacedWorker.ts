import { type AppWorker, type AppWorkerParts, startAppWorker } from './appWorker.ts';
import type { FunctionMetadata } from './rpc.ts';

/**
 * A worker that another one takes the place of when it ends by itself, as on the real host: what ran in it fails, and
 * what comes next waits for the new one.
 * @throws AppStartError when the app cannot be started for the first time
 */
export async function startReplacedWorker(parts: Omit<AppWorkerParts, 'onExit'>): Promise<AppWorker> {
  const { log } = parts;
  let loaded: readonly FunctionMetadata[] = [];
  let isStarted = false;
  let isGone = false;
  let current = start();

  async function start(): Promise<AppWorker> {
    const worker = await startAppWorker({
      ...parts,
      onExit: (why) => {
        if (!isStarted || isGone) return;
        log.host('error', `${why.message} What ran in it fails, and a new one starts.`);
        current = start();
        // The next caller gets the error.
        current.catch((error: Error) => log.host('critical', `The app did not start again. ${error.message}`));
      },
    });
    if (loaded.length > 0) worker.load(loaded);
    return worker;
  }

  const { functions } = await current;
  isStarted = true;
  const ended = async (how: (worker: AppWorker) => Promise<void>): Promise<void> => {
    isGone = true;
    const worker = await current.catch(() => undefined);
    if (worker) await how(worker);
  };
  return {
    functions,
    load(metadata) {
      loaded = metadata;
      void current.then((worker) => worker.load(metadata));
    },
    run: async (request) => (await current).run(request),
    terminate: () => ended((worker) => worker.terminate()),
    kill: () => ended((worker) => worker.kill()),
  };
}
