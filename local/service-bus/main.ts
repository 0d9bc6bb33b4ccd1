import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import builtInQueues from '../../infra/queues.json' with { type: 'json' };
import { type RunningService, runAsProcess } from '../service.ts';
import { startControlServer } from './control.ts';
import { startServiceBusEmulator } from './emulator.ts';
import { type QueueSettings, readLockDuration, readQueueSettings, type Tier } from './settings.ts';

const USAGE = `Runs a Service Bus namespace on this machine, in memory.

  --port N              AMQP port on 127.0.0.1 (default: a free one)
  --control-port N      port of the control endpoint (default: a free one)
  --queues FILE         the queues, as JSON (default: those of infra/queues.json)
  --lock-duration PT10S lock duration of all queues, instead of their own
  --tier premium        lets messages be 1 MiB large (default: standard, 256 KiB)
  --any-key             lets clients in that have another key than the connection string's
  --help                this text

When it is ready, it prints one line of JSON: port, controlPort, connectionString, controlUrl.
Control endpoint: GET /queues, POST /faults/drop-connections, POST /faults/expire-locks {"queue": "name"},
POST /faults/server-busy {"queue": "name", "traffic": "send", "count": 5, "seconds": 10}, DELETE /faults/server-busy.
`;

interface Arguments {
  readonly port: number;
  readonly controlPort: number;
  readonly queuesFile: string | undefined;
  readonly lockDurationMs: number | undefined;
  readonly tier: Tier;
  readonly anyKey: boolean;
  readonly help: boolean;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      queues: { type: 'string' },
      'lock-duration': { type: 'string' },
      tier: { type: 'string', default: 'standard' },
      'any-key': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const lockDuration = values['lock-duration'];
  return {
    port: readPort('--port', values.port),
    controlPort: readPort('--control-port', values['control-port']),
    queuesFile: values.queues,
    lockDurationMs: lockDuration === undefined ? undefined : readLockDuration(lockDuration),
    tier: readTier(values.tier),
    anyKey: values['any-key'],
    help: values.help,
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${name} takes a port from 0 to 65535, not '${text}'.`);
}

function readTier(text: string): Tier {
  if (text === 'standard' || text === 'premium') return text;
  throw new Error(`--tier takes standard or premium, not '${text}'.`);
}

async function readQueues(file: string | undefined): Promise<Record<string, QueueSettings>> {
  if (file === undefined) return readQueueSettings(builtInQueues);
  try {
    return readQueueSettings(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`--queues ${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function start({
  port,
  controlPort,
  queuesFile,
  lockDurationMs,
  tier,
  anyKey,
}: Arguments): Promise<RunningService> {
  const queues = Object.entries(await readQueues(queuesFile)).map(([name, settings]): [string, QueueSettings] => [
    name,
    { ...settings, lockDurationMs: lockDurationMs ?? settings.lockDurationMs },
  ]);
  const emulator = await startServiceBusEmulator({ port, queues: Object.fromEntries(queues), tier, anyKey });
  const control = await startControlServer(emulator, controlPort);
  console.error(`Service Bus is ready: ${emulator.connectionString}`);
  return {
    ready: {
      port: emulator.port,
      controlPort: control.port,
      connectionString: emulator.connectionString,
      controlUrl: control.url,
    },
    close: async () => {
      await control.close();
      await emulator.close();
    },
  };
}

if (process.argv.includes('--help')) process.stdout.write(USAGE);
else await runAsProcess(async () => start(readArguments()));
