import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Child, startChild } from '../child.ts';
import { builtScript } from '../projectFolder.ts';

/** Azurite's well-known development account: public, and only ever good for an emulator. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  readonly child: Child;
  readonly tablePort: number;
  readonly connectionString: string;
}

/** How often other ports are tried, when another process took one between looking for it and listening on it. */
const MOST_ATTEMPTS = 5;

/** Starts Azurite (tables, blobs, queues) on free ports of the loopback address; in memory unless a folder is given. */
export async function startAzurite(options: { dataDirectory?: string } = {}): Promise<Azurite> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnPorts(await freePorts(), options);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !(error instanceof Error) || !error.message.includes('EADDRINUSE')) throw error;
    }
  }
}

interface Ports {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

async function startOnPorts({ blob, queue, table }: Ports, options: { dataDirectory?: string }): Promise<Azurite> {
  const child = await startChild({
    script: builtScript('azurite'),
    args: [
      ...(options.dataDirectory ? ['--location', options.dataDirectory] : ['--inMemoryPersistence']),
      '--silent',
      '--disableTelemetry',
      ...['--blobPort', String(blob), '--queuePort', String(queue), '--tablePort', String(table)],
    ],
    stopMessage: 'shutdown',
    readReady: (line) => (line.includes('Table service is successfully listening') ? {} : undefined),
  });
  return { child, tablePort: table, connectionString: azuriteConnectionString(blob, queue, table) };
}

/** The connection string of an Azurite (or a proxy in front of it) on these ports of the loopback address. */
export function azuriteConnectionString(blobPort = 10000, queuePort = 10001, tablePort = 10002): string {
  const endpoint = (service: string, port: number): string => `${service}Endpoint=http://127.0.0.1:${port}/${ACCOUNT}`;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT}`,
    `AccountKey=${KEY}`,
    endpoint('Blob', blobPort),
    endpoint('Queue', queuePort),
    endpoint('Table', tablePort),
    '',
  ].join(';');
}

/** Asks the operating system for ports that are free now. */
async function freePorts(): Promise<Ports> {
  const servers = { blob: createServer(), queue: createServer(), table: createServer() };
  const listen = (server: Server): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  const [blob, queue, table] = await Promise.all([listen(servers.blob), listen(servers.queue), listen(servers.table)]);
  await Promise.all(Object.values(servers).map((server) => new Promise((resolve) => server.close(resolve))));
  return { blob, queue, table };
}
