import { stopWithParent } from './stopWithParent.ts';

/** One part of the embedded stack, running. `ready` is what another process needs to reach it: ports and addresses. */
export interface RunningService {
  readonly ready: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** How long a service whose parent is gone may take to close; the host drains for up to 30 s. */
const CLOSE_WITHIN_MS = 40_000;

/**
 * Runs one part of the stack as a process of its own. When it is ready it prints one line of JSON to stdout; everything
 * else goes to stderr. It stops in order, with exit code 0, on SIGINT, on SIGTERM and when the parent that started it
 * asks for it or is gone (the only way that also works on Windows).
 */
export async function runAsProcess(start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    if (service === undefined) process.exit(1); // it has no users yet
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  stopWithParent(stop, CLOSE_WITHIN_MS);

  try {
    service = await start();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('message', (message) => {
    if (message === 'stop') stop();
  });
  process.stdout.write(`${JSON.stringify(service.ready)}\n`);
}
