import { PORT_MAX, parseOptions, readOrExit, SEED_MAX, USERS_MAX, wholeNumber } from '../options.ts';
import { runAsProcess } from '../service.ts';
import type { GraphSettingsPatch } from './settings.ts';
import { startGraphSimulator } from './simulator.ts';

const HELP = `A stand-in for Microsoft Graph and the tenant's token issuer, on the loopback address.

  --port N               the port (default: a free one)
  --users N              size of the directory (default 2000)
  --seed N               the same seed gives the same directory (default 1)
  --journal FILE         keep the changes of the directory in this file, and start from them
  --licence NAME         none, p1 or p2 (default none)
  --latency MS           every answer takes at least this long (default 0)
  --throttling KIND      tokenBucket, tumbling, sliding or off (default tokenBucket)
  --writes-limit N       writes of an app in a window (default 3000)
  --writes-window S      length of that window in seconds (default 150)
  --help                 this text

When it is ready it prints one line of JSON: its port, url and tenantId.
`;

const values = readOrExit(() =>
  parseOptions({
    options: {
      port: { type: 'string', default: '0' },
      users: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      journal: { type: 'string' },
      licence: { type: 'string', default: 'none' },
      latency: { type: 'string', default: '0' },
      throttling: { type: 'string', default: 'tokenBucket' },
      'writes-limit': { type: 'string', default: '3000' },
      'writes-window': { type: 'string', default: '150' },
      help: { type: 'boolean', default: false },
    },
  }),
);

if (values.help) process.stdout.write(HELP);
else {
  const directory = readOrExit(() => ({
    port: wholeNumber('--port', values.port, 0, PORT_MAX),
    users: wholeNumber('--users', values.users, 1, USERS_MAX),
    seed: wholeNumber('--seed', values.seed, 0, SEED_MAX),
  }));
  await runAsProcess(() => start(directory));
}

async function start(directory: { readonly port: number; readonly users: number; readonly seed: number }) {
  const settings = {
    latencyMs: Number(values.latency),
    licence: values.licence,
    throttling: {
      window: values.throttling,
      writes: { limit: Number(values['writes-limit']), windowSeconds: Number(values['writes-window']) },
    },
  };
  const simulator = await startGraphSimulator({
    ...directory,
    journalFile: values.journal,
    // Text from outside: the simulator checks every value and refuses to start on a bad one.
    settings: settings as GraphSettingsPatch,
  });
  const { port, url, tenantId } = simulator;
  return { ready: { port, url, tenantId }, close: () => simulator.close() };
}
