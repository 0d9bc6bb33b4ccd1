import { onTestFinished } from 'vitest';
import {
  type ServiceBusEmulator,
  type ServiceBusEmulatorOptions,
  startServiceBusEmulator,
} from '../../../local/service-bus/emulator.ts';
import type { QueueSettings } from '../../../local/service-bus/settings.ts';

/** Starts an emulator with these queues, for the length of one test. */
export async function startEmulator(
  queues: Readonly<Record<string, Partial<QueueSettings>>>,
  options: Partial<ServiceBusEmulatorOptions> = {},
): Promise<ServiceBusEmulator> {
  const emulator = await startServiceBusEmulator({ ...options, queues });
  onTestFinished(() => emulator.close());
  return emulator;
}
