import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Azurite, startAzurite } from './azurite/azurite.ts';
import { type Child, startChild } from './child.ts';
import { DEFAULT_AUDIENCE } from './graph/issuer/accessToken.ts';
import { builtScript, projectFolder } from './projectFolder.ts';

/** The file in the data directory with what happened to the directory of Graph. */
export const JOURNAL_FILE = 'graph-directory.ndjson';

export interface StackOptions {
  /** Users in the simulated directory. */
  readonly users?: number;
  readonly seed?: number;
  /** Keeps tables and what happens to the directory in this folder; in memory when missing. */
  readonly dataDirectory?: string;
  /** The port of the Functions host; 0 for a free one. */
  readonly port?: number;
  readonly hosts?: number;
  /** How callers of the API are known: not at all (the default), or by tokens, which the Graph simulator issues. */
  readonly auth?: 'development' | 'entra';
  /** Puts something between the hosts and Azurite: takes its connection string, and returns the one for the hosts. */
  readonly tablesThrough?: (connectionString: string) => Promise<string>;
  /** The same between the hosts and the Service Bus emulator. */
  readonly serviceBusThrough?: (connectionString: string) => Promise<string>;
  /** The same between the hosts and the Graph simulator: takes its address, and returns the one for the hosts. */
  readonly graphThrough?: (url: string) => Promise<string>;
  /** More arguments of the Graph simulator and the Service Bus emulator. */
  readonly graphArgs?: readonly string[];
  readonly serviceBusArgs?: readonly string[];
  /** Settings of the app, beside those that connect it to the stack. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onLine?: (part: string, line: string) => void;
}

/** The whole system on this machine: each part a process of its own, all on the loopback address. */
export interface Stack {
  /** The address of the API of the first host, with the route prefix. */
  readonly apiUrl: string;
  readonly hostUrl: string;
  readonly graphUrl: string;
  readonly tenantId: string;
  readonly serviceBusControlUrl: string;
  readonly serviceBusConnection: string;
  /** Of Azurite itself. */
  readonly tablesConnection: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly parts: {
    readonly azurite: Child;
    readonly serviceBus: Child;
    readonly graph: Child;
    readonly hosts: Child[];
  };
  /** Starts one more host on a free port. */
  addHost(): Promise<Child>;
  close(): Promise<void>;
}

/** Starts Azurite, the Service Bus emulator and the Graph simulator, then the app in the Functions host. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const onLine = (part: string) => (options.onLine ? { onLine: (line: string) => options.onLine?.(part, line) } : {});

  if (options.dataDirectory !== undefined) mkdirSync(options.dataDirectory, { recursive: true });
  const started = await Promise.allSettled([
    startAzurite(options.dataDirectory === undefined ? {} : { dataDirectory: options.dataDirectory }),
    startChild({
      script: builtScript('service-bus'),
      args: ['--port', '0', ...(options.serviceBusArgs ?? [])],
      ...onLine('service-bus'),
    }),
    startChild({
      script: builtScript('graph'),
      args: [
        ...['--port', '0', '--users', String(options.users ?? 2000), '--seed', String(options.seed ?? 1)],
        ...(options.dataDirectory === undefined ? [] : ['--journal', join(options.dataDirectory, JOURNAL_FILE)]),
        ...(options.graphArgs ?? []),
      ],
      ...onLine('graph'),
    }),
  ]);
  const [azurite, serviceBus, graph] = started;
  if (azurite.status === 'rejected' || serviceBus.status === 'rejected' || graph.status === 'rejected') {
    await Promise.all(
      started.map((part) => {
        if (part.status === 'rejected') return undefined;
        return 'child' in part.value ? part.value.child.stop() : part.value.stop();
      }),
    );
    throw started.find((part) => part.status === 'rejected')?.reason;
  }
  return connect(options, azurite.value, serviceBus.value, graph.value);
}

async function connect(options: StackOptions, azurite: Azurite, serviceBus: Child, graph: Child): Promise<Stack> {
  const graphUrl = String(graph.ready.url);
  const tenantId = String(graph.ready.tenantId);
  const serviceBusConnection = String(serviceBus.ready.connectionString);
  const settings: Record<string, string> = {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    TENANT_ID: tenantId,
    ...(options.auth === 'entra'
      ? { API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: graphUrl }
      : { API_AUTH: 'development' }),
    GRAPH_BASE_URL: (await options.graphThrough?.(graphUrl)) ?? graphUrl,
    ServiceBusConnection: (await options.serviceBusThrough?.(serviceBusConnection)) ?? serviceBusConnection,
    AzureWebJobsStorage: azurite.connectionString,
    TablesConnection: (await options.tablesThrough?.(azurite.connectionString)) ?? azurite.connectionString,
    RECOVERY_SCHEDULE: '0 */2 * * * *',
    REGISTRATION_SWEEP_SCHEDULE: '0 0 * * * *',
    AUDIT_INDEX_SCHEDULE: '0 */5 * * * *',
    HISTORY_PURGE_SCHEDULE: '0 30 3 * * *',
    AUDIT_SEAL_SCHEDULE: '0 20 * * * *',
    ...options.settings,
  };
  const hosts: Child[] = [];
  const addHost = async (port: number): Promise<Child> => {
    const host = await startChild({
      script: builtScript('functions-host'),
      args: ['--app', projectFolder(), '--port', String(port)],
      env: settings,
      ...(options.onLine ? { onLine: (line: string) => options.onLine?.('host', line) } : {}),
    });
    hosts.push(host);
    return host;
  };
  const close = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.stop()));
    await Promise.all([serviceBus.stop(), graph.stop(), azurite.child.stop()]);
  };
  try {
    const first = await addHost(options.port ?? 0);
    for (let more = 1; more < (options.hosts ?? 1); more++) await addHost(0);
    const hostUrl = String(first.ready.url);
    return {
      apiUrl: `${hostUrl}/api`,
      hostUrl,
      graphUrl,
      tenantId,
      serviceBusControlUrl: String(serviceBus.ready.controlUrl),
      serviceBusConnection,
      tablesConnection: azurite.connectionString,
      settings,
      parts: { azurite: azurite.child, serviceBus, graph, hosts },
      addHost: () => addHost(0),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
