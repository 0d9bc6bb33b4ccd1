import { busControl } from '../../local/service-bus/busControl.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { tablePortOf, throughProxy } from '../faults/tableProxy.ts';
import { makeCertificate } from './certificate.ts';
import { type Gate, startGate } from './gate.ts';
import { startIdentityEndpoint } from './identityEndpoint.ts';
import type { Outage } from './scenario.ts';
import { accountOf, signForTables, type TableAccount } from './tableSignature.ts';
import { startTcpGate } from './tcpGate.ts';

/** A running service, and the switch that takes one of its surroundings away. */
export interface Surroundings {
  readonly stack: Stack;
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface SurroundingsOptions {
  readonly outage: Outage;
  /** Users of the simulated directory. */
  readonly users: number;
  readonly graphLatencyMs: number;
  readonly onLine: (part: string, line: string) => void;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Part of the service's surroundings: the settings that lead the app to it, and the switch. */
type Part = Pick<Parameters<typeof startStack>[0] & object, 'tablesThrough' | 'serviceBusThrough' | 'graphThrough'> & {
  readonly settings?: Readonly<Record<string, string>>;
  readonly begin: (stack: Stack) => Promise<void>;
  readonly end: (stack: Stack) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Not a name of the loopback address for the app, which sends tokens to other addresses only. */
const OTHER_LOOPBACK = '127.0.0.2';
const ONCE_A_YEAR = '0 0 0 1 1 *';

/** Starts the whole service on the loopback address, with the settings of a deployment. */
export async function startSurroundings(options: SurroundingsOptions): Promise<Surroundings> {
  const part = await partFor(options);
  try {
    const stack = await startStack({
      ...part,
      users: options.users,
      graphArgs: ['--latency', String(options.graphLatencyMs)],
      // A sweep at a full hour would record what no rule expects here.
      settings: { REGISTRATION_SWEEP_SCHEDULE: ONCE_A_YEAR, ...part.settings },
      onLine: options.onLine,
    });
    return {
      stack,
      begin: () => part.begin(stack),
      end: () => part.end(stack),
      close: async () => {
        await stack.close();
        await part.close();
      },
    };
  } catch (error) {
    await part.close();
    throw error;
  }
}

function partFor(options: SurroundingsOptions): Promise<Part> {
  switch (options.outage.service) {
    case 'tables':
      return tablesPart(options);
    case 'queue':
      return queuePart(options);
    case 'graph':
      return graphPart(options);
    case 'signIn':
      return signInPart(options);
  }
}

async function tablesPart({ outage, random }: SurroundingsOptions): Promise<Part> {
  const gate = await startGate({ random, bodyOf: tablesBody });
  return {
    ...switchOf(gate, outage),
    tablesThrough: async (connectionString) => {
      gate.forwardTo(tablePortOf(connectionString));
      return throughProxy(connectionString, gate);
    },
  };
}

async function queuePart({ outage, random }: SurroundingsOptions): Promise<Part> {
  const gate = await startTcpGate(random);
  const isBusy = outage.way === 'busy';
  return {
    serviceBusThrough: async (connectionString) => {
      const { port } = new URL(/Endpoint=([^;]+)/.exec(connectionString)?.[1] ?? '');
      gate.forwardTo(Number(port));
      return connectionString.replace(`:${port}`, `:${gate.port}`);
    },
    begin: ({ serviceBusControlUrl }) =>
      isBusy ? busControl(serviceBusControlUrl).makeAllBusy(WITHOUT_AN_END_SECONDS) : gate.refuse(),
    end: ({ serviceBusControlUrl }) => (isBusy ? busControl(serviceBusControlUrl).endBusy() : gate.recover()),
    close: () => gate.close(),
  };
}

const WITHOUT_AN_END_SECONDS = 86_400;

async function graphPart({ outage, random }: SurroundingsOptions): Promise<Part> {
  const gate = await startGate({ random, bodyOf: graphBody });
  return {
    ...(outage.way === 'items' ? itemsSwitch(gate) : switchOf(gate, outage)),
    graphThrough: async (url) => {
      gate.forwardTo(Number(new URL(url).port));
      return `http://127.0.0.1:${gate.port}`;
    },
  };
}

/** Fails each request within a batch, and answers the batch: so an outage behind the gateway of Graph shows. */
function itemsSwitch(gate: Gate): Pick<Part, 'begin' | 'end' | 'close'> {
  const faults = (stack: Stack, method: string, body?: object): Promise<Response> =>
    fetch(`${stack.graphUrl}/control/faults`, { method, ...(body && { body: JSON.stringify(body) }) });
  return {
    begin: async (stack) => void (await faults(stack, 'POST', { match: { batchItem: true }, fault: { status: 503 } })),
    end: async (stack) => void (await faults(stack, 'DELETE')),
    close: () => gate.close(),
  };
}

/** The app signs in as in Azure: with a managed identity, at Graph and at Table Storage, both with TLS. */
async function signInPart({ outage, random, now }: SurroundingsOptions): Promise<Part> {
  const certificate = makeCertificate(['127.0.0.1', OTHER_LOOPBACK]);
  const identity = await startIdentityEndpoint(now, random);
  let account: TableAccount | undefined;
  const unauthorized = (body: string) => ({ status: 401, body });
  const tables = await startGate({
    random,
    certificate,
    bodyOf: tablesBody,
    admit: (request) =>
      identity.isSignedIn(request) && account !== undefined
        ? signForTables(request, account)
        : unauthorized(tablesBody(401)),
  });
  const graph = await startGate({
    random,
    certificate,
    address: OTHER_LOOPBACK,
    bodyOf: graphBody,
    admit: (request) => (identity.isSignedIn(request) ? request.headers : unauthorized(graphBody(401))),
  });
  return {
    ...switchOf(identity.gate, outage),
    settings: {
      ...identity.settings,
      NODE_EXTRA_CA_CERTS: certificate.file,
      TablesConnection: '',
      TablesConnection__tableServiceUri: `https://127.0.0.1:${tables.port}/devstoreaccount1`,
      // Digests take no part in changes, and their timer does not run.
      DigestsConnection__blobServiceUri: `https://127.0.0.1:${tables.port}/devstoreaccount1`,
      AUDIT_SEAL_SCHEDULE: '0 0 0 1 1 *',
    },
    tablesThrough: async (connectionString) => {
      account = accountOf(connectionString);
      tables.forwardTo(tablePortOf(connectionString));
      return '';
    },
    graphThrough: async (url) => {
      graph.forwardTo(Number(new URL(url).port));
      return `https://${OTHER_LOOPBACK}:${graph.port}`;
    },
    close: async () => {
      await Promise.all([identity.gate.close(), tables.close(), graph.close()]);
      certificate.remove();
    },
  };
}

function switchOf(gate: Gate, { way }: Outage): Pick<Part, 'begin' | 'end' | 'close'> {
  if (way === 'busy' || way === 'items') throw new Error(`A gate cannot fail in the way "${way}".`);
  return { begin: () => gate.fail(way), end: () => gate.recover(), close: () => gate.close() };
}

function tablesBody(status: number): string {
  const code = status === 403 ? 'AuthorizationFailure' : status === 401 ? 'AuthenticationFailed' : 'ServerBusy';
  return JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'This outage is on purpose.' } } });
}

function graphBody(status: number): string {
  const code = status === 401 ? 'InvalidAuthenticationToken' : 'ServiceUnavailable';
  return JSON.stringify({ error: { code, message: 'This outage is on purpose.' } });
}
