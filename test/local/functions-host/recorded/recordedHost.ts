import { readFile } from 'node:fs/promises';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../../../local/service-bus/emulator.ts';
import { readQueueSettings } from '../../../../local/service-bus/settings.ts';
import { startTestHost, type TestHost } from '../testHost.ts';
import { recordedApp } from './replay.ts';

/** The local host with the recorded app and the queues that the app listens to. */
export interface RecordedHost {
  readonly host: TestHost;
  readonly emulator: ServiceBusEmulator;
  /** Starts the app in a new host, on the same queues; the old one must be gone. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings more settings of the app */
export async function startRecordedHost(settings: Readonly<Record<string, string>> = {}): Promise<RecordedHost> {
  const queues = readQueueSettings(JSON.parse(await readFile(`${recordedApp}/queues.json`, 'utf8')));
  const emulator = await startServiceBusEmulator({ queues });
  const start = (): Promise<TestHost> =>
    startTestHost('', {
      directory: recordedApp,
      env: { ServiceBusConnection: emulator.connectionString, ...settings },
    });
  let host = await start();
  return {
    get host() {
      return host;
    },
    emulator,
    async startAgain() {
      host = await start();
    },
    async stop() {
      await host.child.stop();
      await emulator.close();
    },
  };
}
