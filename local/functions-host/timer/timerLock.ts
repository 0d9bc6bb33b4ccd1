import { randomUUID } from 'node:crypto';
import { pause } from '../deadline.ts';
import type { SingletonOptions } from '../hostJson.ts';
import type { HostLog } from '../hostLog.ts';
import type { BlobContainer } from '../storage/blobContainer.ts';

/** Sees to it that of all hosts of an app only one runs a timer. */
export interface TimerLock {
  /** Waits until this host is the one. False: the signal came first. Never rejects. */
  acquire(functionName: string, stop: AbortSignal): Promise<boolean>;
  /** Never rejects. */
  release(functionName: string): Promise<void>;
}

/** For a host without storage, which cannot know other hosts. */
export const noLock: TimerLock = {
  acquire: async (_, stop) => !stop.aborted,
  release: async () => {},
};

/**
 * Locks timers as the real host does, by leases on blobs. A host that dies keeps its leases until they run out
 * (`listenerLockPeriod`), and the others ask now and then (`listenerLockRecoveryPollingInterval`): so the next run of a
 * timer may wait for two minutes with the defaults.
 */
export function lockTimers(
  container: BlobContainer,
  { hostId, singleton, log }: { readonly hostId: string; readonly singleton: SingletonOptions; readonly log: HostLog },
): TimerLock {
  const blobOf = (name: string): string => `locks/${hostId}/Host.Functions.${name}.Listener`;
  const held = new Map<string, { readonly leaseId: string; readonly renewing: AbortController }>();
  const seconds = Math.round(singleton.listenerLockPeriodMs / 1000);

  async function tryAcquire(name: string, leaseId: string): Promise<boolean> {
    try {
      return await container.lease(blobOf(name), leaseId, seconds);
    } catch (error) {
      log.host('warning', `The lock of timer ${name} cannot be had: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  }

  /** Renews in half the time, and often when that fails, so that one failure loses nothing. */
  async function renew(name: string, leaseId: string, stop: AbortSignal): Promise<void> {
    const intervalMs = singleton.listenerLockPeriodMs / 2;
    while (!stop.aborted) {
      await pause(intervalMs, stop);
      while (!stop.aborted && !(await tryAcquire(name, leaseId))) await pause(intervalMs / 10, stop);
    }
  }

  return {
    async acquire(name, stop) {
      const leaseId = randomUUID();
      await container.createBlob(blobOf(name)).catch(() => {}); // the lease shows what is wrong
      while (!stop.aborted) {
        if (await tryAcquire(name, leaseId)) {
          const renewing = new AbortController();
          held.set(name, { leaseId, renewing });
          void renew(name, leaseId, renewing.signal);
          return true;
        }
        await pause(singleton.recoveryPollingMs, stop);
      }
      return false;
    },
    async release(name) {
      const lock = held.get(name);
      if (lock === undefined) return;
      held.delete(name);
      lock.renewing.abort();
      // Otherwise it runs out by itself.
      await container.release(blobOf(name), lock.leaseId).catch(() => {});
    },
  };
}
