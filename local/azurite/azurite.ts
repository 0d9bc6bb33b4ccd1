import { createServer } from 'node:net';
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

/** Starts Azurite (tables, blobs, queues) on free ports of the loopback address; in memory unless a folder is given. */
export async function startAzurite(options: { dataDirectory?: string } = {}): Promise<Azurite> {
  const [blobPort, queuePort, tablePort] = await freePorts(3);
  const child = await startChild({
    script: builtScript('azurite'),
    args: [
      ...(options.dataDirectory ? ['--location', options.dataDirectory] : ['--inMemoryPersistence']),
      '--silent',
      '--disableTelemetry',
      ...['--blobPort', String(blobPort), '--queuePort', String(queuePort), '--tablePort', String(tablePort)],
    ],
    stopMessage: 'shutdown',
    readReady: (line) => (line.includes('Table service is successfully listening') ? {} : undefined),
  });
  return {
    child,
    tablePort: tablePort as number,
    connectionString: azuriteConnectionString(blobPort, queuePort, tablePort),
  };
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
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
