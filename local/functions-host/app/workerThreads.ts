import { Worker } from 'node:worker_threads';

/** Makes the threads that apps run in. */
export interface WorkerThreads {
  /** A thread that waits to be told which app it is for. */
  take(): Worker;
  /** Ends the unused thread. */
  end(): Promise<void>;
}

/**
 * Starts the first thread at once, so that it is there when the host has been loaded; others are started when they are
 * needed.
 * @param script of this command, which runs an app when it finds itself in a thread
 */
export function prepareThreads(script: string): WorkerThreads {
  const start = (): Worker => {
    const thread = new Worker(script, { stdout: true });
    thread.stdout.pipe(process.stderr, { end: false });
    return thread;
  };
  let first: Worker | undefined = start();
  // Errors of an unused thread are ignored; the user of a thread has its own listener.
  first.on('error', () => {});
  return {
    take() {
      const thread = first ?? start();
      first = undefined;
      return thread;
    },
    async end() {
      await first?.terminate();
    },
  };
}
