import { startControlServer } from '../../../local/service-bus/control.ts';
import { startServiceBusEmulator } from '../../../local/service-bus/emulator.ts';
import type { QueueSettings } from '../../../local/service-bus/settings.ts';

/** The kinds of queues that the checks use. */
const kinds: Readonly<Record<string, Partial<QueueSettings>>> = {
  plain: {},
  sessions: { requiresSession: true },
  duplicates: { duplicateWindowMs: 600_000 },
  few: { maxDeliveryCount: 2 },
  short: { lockDurationMs: 5_000 },
  expiring: { timeToLiveMs: 3_600_000, deadLetterExpired: true },
};
/** Every check has queues of its own. */
const QUEUES_OF_A_KIND = 150;

/** A peer that vanishes is noticed after twice this time. */
const IDLE_TIMEOUT_MS = 5_000;

/** An emulator with the queues that the checks use. */
export interface CheckedEmulator {
  /** The settings of the program with the checks. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startCheckedEmulator(): Promise<CheckedEmulator> {
  const queues = Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, settings]) =>
      Array.from({ length: QUEUES_OF_A_KIND }, (_, number) => [`${kind}-${number}`, settings]),
    ),
  );
  const emulator = await startServiceBusEmulator({ queues, idleTimeoutMs: IDLE_TIMEOUT_MS });
  const control = await startControlServer(emulator, 0);
  return {
    environment: { SERVICE_BUS_CONNECTION: emulator.connectionString, SERVICE_BUS_CONTROL: control.url },
    close: async () => {
      await control.close();
      await emulator.close();
    },
  };
}
