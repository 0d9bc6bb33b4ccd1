import { type JobHost, type JobHostParts, startJobHost } from './jobHost.ts';
import { watchHostJson } from './watchHostJson.ts';

/** The current job host, and earlier ones with unfinished work. */
export interface JobHosts {
  /** The one that serves, as soon as it does. Rejects when it did not start again. */
  current(): Promise<JobHost>;
  /** Invocations of all of them that have not ended. */
  readonly running: number;
  /** Ends the worker and starts the app again, with the current host.json. */
  restart(): void;
  stop(giveUp: AbortSignal): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts the app, and again whenever host.json changes.
 * @throws HostError when host.json or the app is such that the real host would not run
 */
export async function startJobHosts(parts: JobHostParts): Promise<JobHosts> {
  const all = new Set<JobHost>();
  const add = async (): Promise<JobHost> => {
    const jobHost = await startJobHost(parts);
    all.add(jobHost);
    return jobHost;
  };
  let isStopping = false;
  let current = add();
  const { log } = await current;

  async function replace(before: Promise<JobHost>): Promise<JobHost> {
    const old = await before.catch(() => undefined);
    log.host('information', 'The app starts again');
    if (old) {
      // It ends when the last message of the worker has timed out.
      void old.abandon().finally(() => all.delete(old));
    }
    return add();
  }

  const restart = (): void => {
    if (isStopping) return;
    current = replace(current);
    current.catch((error: Error) => log.host('critical', `The app did not start again. ${error.message}`));
  };
  const endWatching = watchHostJson(parts.appDirectory, log, restart);

  return {
    current: () => current,
    get running() {
      return [...all].reduce((sum, { running }) => sum + running, 0);
    },
    restart,
    async stop(giveUp) {
      isStopping = true;
      endWatching();
      await current.catch(() => {});
      await Promise.all([...all].map((jobHost) => jobHost.stop(giveUp)));
    },
    async end() {
      await Promise.all([...all].map((jobHost) => jobHost.end()));
    },
  };
}
