import type { HostLog } from '../hostLog.ts';
import type { BlobContainer } from '../storage/blobContainer.ts';
import { parseStatus, type ScheduleStatus, serialiseStatus } from './scheduleStatus.ts';

/** Keeps the status of timers from one run to the next. */
export interface ScheduleMonitor {
  /** Undefined when there is none. Never rejects. */
  read(functionName: string): Promise<ScheduleStatus | undefined>;
  /** Never rejects. */
  write(functionName: string, status: ScheduleStatus): Promise<void>;
}

/** Keeps nothing: the timer itself remembers while it runs. */
export const noMonitor: ScheduleMonitor = {
  read: async () => undefined,
  write: async () => {},
};

/**
 * Keeps statuses where the real host does. What cannot be read counts as not there, and what cannot be written is in the
 * log: timers run all the same.
 */
export function storeSchedules(container: BlobContainer, hostId: string, log: HostLog): ScheduleMonitor {
  const blobOf = (name: string): string => `timers/${hostId}/Host.Functions.${name}/status`;
  const warn = (what: string, error: unknown): void =>
    log.host('warning', `${what}: ${error instanceof Error ? error.message : error}`);
  return {
    async read(name) {
      try {
        const text = await container.read(blobOf(name));
        return text === undefined ? undefined : parseStatus(text);
      } catch (error) {
        warn(`When ${name} ran last cannot be read`, error);
        return undefined;
      }
    },
    async write(name, status) {
      try {
        await container.write(blobOf(name), JSON.stringify(serialiseStatus(status)));
      } catch (error) {
        warn(`When ${name} ran last cannot be stored`, error);
      }
    },
  };
}
