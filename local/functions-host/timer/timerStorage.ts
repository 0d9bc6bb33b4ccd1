import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { SingletonOptions } from '../hostJson.ts';
import type { HostLog } from '../hostLog.ts';
import type { Settings } from '../settings.ts';
import { type BlobContainer, openBlobContainer } from '../storage/blobContainer.ts';
import { parseStorageConnection } from '../storage/storageAccount.ts';
import { noMonitor, type ScheduleMonitor, storeSchedules } from './scheduleMonitor.ts';
import { lockTimers, noLock, type TimerLock } from './timerLock.ts';

/** The state that timers share with other hosts of the app, and with earlier runs of this host. */
export interface TimerStorage {
  readonly monitor: ScheduleMonitor;
  readonly lock: TimerLock;
}

export interface TimerStorageParts {
  readonly appDirectory: string;
  readonly settings: Settings;
  readonly singleton: SingletonOptions;
  readonly log: HostLog;
}

/**
 * Opens the storage that `AzureWebJobsStorage` names. Without it, or where it cannot be reached (the real host does not
 * start its timers then), this host runs timers alone and forgets their last runs when it stops, and says so.
 */
export async function openTimerStorage({
  appDirectory,
  settings,
  singleton,
  log,
}: TimerStorageParts): Promise<TimerStorage> {
  const connection = settings.AzureWebJobsStorage;
  if (!connection) return { monitor: noMonitor, lock: noLock };
  let container: BlobContainer;
  try {
    container = openBlobContainer(parseStorageConnection(connection), 'azure-webjobs-hosts');
    await container.create();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.host('warning', `Timers are neither locked nor remembered, because AzureWebJobsStorage cannot be used: ${why}`);
    return { monitor: noMonitor, lock: noLock };
  }
  const hostId = settings.AzureFunctionsWebHost__hostid ?? hostIdOf(appDirectory);
  return {
    monitor: storeSchedules(container, hostId, log),
    lock: lockTimers(container, { hostId, singleton, log }),
  };
}

/** The same for all hosts of this app on this machine, in the letters and digits that a host id may have. */
function hostIdOf(appDirectory: string): string {
  const machine = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 15);
  return `${machine}-${createHash('sha256').update(appDirectory).digest('hex').slice(0, 10)}`;
}
