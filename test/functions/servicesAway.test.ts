import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { azuriteConnectionString } from '../../local/azurite/azurite.ts';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../local/service-bus/emulator.ts';
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import { routes } from '../../shared/contract/routes.ts';
import type { ErrorBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { keepAwaitingApproval } from '../support/awaitingApproval.ts';
import { type HttpGate, startHttpGate } from '../support/httpGate.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { tablesPort } from '../support/sharedAzurite.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let tableGate: HttpGate;
let tables: TcpProxy;
let graph: TcpProxy;
let bus: ServiceBusEmulator;
let app: App;
/** A finished operation with a failed user. */
let operation: string;
/** A finished operation that changed a user. */
let changed: string;
/** Operations that wait for approval, or for which it was decided by the caller of this test. */
const waiting: Record<string, string> = {};
let person: string;

beforeAll(async () => {
  tableGate = await startHttpGate(tablesPort());
  tables = await startTcpProxy(tableGate.port);
  parts = await startParts({ users: 100, tablesConnection: azuriteConnectionString(1, 2, tables.port) });
  graph = await startTcpProxy(Number(new URL(parts.graph.url).port));
  bus = await startServiceBusEmulator({ queues: readQueueSettings(queues) });
  person = parts.people.one().name;
  await start();
  changed = (await app.over(await app.request({ state: 'enabled', users: [parts.people.one().id] }))).id;
  for (const decision of ['approve', 'reject']) waiting[decision] = await keepAwaitingApproval(parts.worker());
  operation = (await app.over(await app.request({ state: 'enabled', users: ['nobody@contoso.com'] }))).id;
});
afterAll(async () => {
  await app.child.stop();
  await Promise.all([bus.close(), tables.cut(), graph.cut(), parts.close()]);
  await tableGate.close();
});

async function start(): Promise<void> {
  app = await startApp(parts, {
    ServiceBusConnection: bus.connectionString,
    GRAPH_BASE_URL: `http://127.0.0.1:${graph.port}`,
    POLICY_CACHE_SECONDS: '1',
  });
}

type Service = 'tables' | 'bus' | 'graph';

interface Entry {
  readonly call: () => Promise<Reply<ErrorBody>>;
  /** Without one of these, there is no answer. */
  readonly needs: readonly Service[];
}

const get = (path: () => string, ...needs: Service[]): Entry => ({ call: () => app.call('GET', path()), needs });
const post = (path: () => string, body: () => object, ...needs: Service[]): Entry => ({
  call: () => app.call('POST', path(), body(), { 'Operation-Id': randomUUID() }),
  needs,
});
const decide = (decision: string): Entry =>
  post(
    () => `operations/${waiting[decision]}/${decision}`,
    () => ({ reason: 'a test' }),
    'tables',
    'bus',
  );
const change = (): object => ({ state: 'enabled', users: [person], reason: 'a test', dryRun: true });

/** Every endpoint, by its id in the contract; some have more than one way. */
const ENTRIES: Readonly<Record<string, readonly Entry[]>> = {
  requestStateChange: [post(() => 'state-changes', change, 'tables', 'bus')],
  requestStateChangeFromCsv: [
    {
      call: () =>
        app.call('POST', 'state-changes/csv?state=enabled&reason=a+test&dryRun=true', `user\n${person}\n`, {
          'Operation-Id': randomUUID(),
          'Content-Type': 'text/csv',
        }),
      needs: ['tables', 'bus'],
    },
  ],
  cancelOperation: [
    post(
      () => `operations/${operation}/cancel`,
      () => ({}),
      'tables',
    ),
  ],
  retryOperation: [
    post(
      () => `operations/${operation}/retry`,
      () => ({}),
      'tables',
      'bus',
    ),
  ],
  // Sends a message only when mails have failed.
  resendMails: [{ call: () => app.call('POST', `operations/${operation}/mails/retry`), needs: ['tables'] }],
  undoOperation: [
    post(
      () => `operations/${changed}/undo`,
      () => ({ reason: 'a test', dryRun: true }),
      'tables',
      'bus',
    ),
  ],
  approveOperation: [decide('approve')],
  rejectOperation: [decide('reject')],
  getOperation: [get(() => `operations/${operation}`, 'tables')],
  getOperationResult: [get(() => `operations/${operation}/result`, 'tables')],
  listOperationItems: [get(() => `operations/${operation}/items`, 'tables')],
  listOperations: [get(() => 'operations', 'tables')],
  getUserMfaState: [get(() => `users/${person}/mfa-state`, 'graph')],
  listUsers: [get(() => 'users', 'tables')],
  exportUsers: [get(() => 'users/export', 'tables')],
  exportUsersNdjson: [get(() => 'users/export/ndjson', 'tables')],
  getUserCoverage: [get(() => 'users/coverage', 'tables')],
  getUserSummary: [get(() => 'users/summary', 'tables')],
  listSweeps: [get(() => 'sweeps', 'tables')],
  startSweep: [{ call: () => app.call('POST', 'sweeps'), needs: ['tables', 'bus'] }],
  listAudit: [
    get(() => 'audit', 'tables'),
    get(() => `audit?operation=${operation}`, 'tables'),
    get(() => `audit?user=${person}`, 'tables', 'graph'),
  ],
  exportAudit: [get(() => 'audit/export', 'tables'), get(() => `audit/export?user=${person}`, 'tables', 'graph')],
  exportAuditNdjson: [
    get(() => 'audit/export/ndjson', 'tables'),
    get(() => `audit/export/ndjson?user=${person}`, 'tables', 'graph'),
  ],
  // Says of a fact that it is not known while Graph is away.
  getTenantPolicy: [get(() => 'tenant/policy', 'tables')],
  haltWrites: [
    {
      call: async () => {
        const halted = await app.call<ErrorBody>('POST', 'halt', { reason: 'a test' });
        await app.call('DELETE', 'halt');
        return halted;
      },
      needs: ['tables'],
    },
  ],
  resumeWrites: [{ call: () => app.call('DELETE', 'halt'), needs: ['tables'] }],
  getOpenApi: [get(() => 'openapi.json')],
  getDocs: [get(() => 'docs')],
  getHealth: [get(() => 'health')],
};
const everyEntry = Object.entries(ENTRIES).flatMap(([id, entries]) => entries.map((entry) => [id, entry] as const));

/** Calls every endpoint, and tells those whose answer is not what it should be while a service is away. */
async function faultsWithout(service: Service | undefined): Promise<string[]> {
  const faults = await Promise.all(
    everyEntry.map(async ([id, { call, needs }]) => {
      const { status, headers, body } = await call();
      if (service === undefined || !needs.includes(service)) return status < 300 ? [] : [`${id} answered ${status}`];
      const said = JSON.stringify(body);
      if (status !== 503) return [`${id} answered ${status}: ${said}`];
      return [
        ...(Number(headers.get('retry-after')) > 0 ? [] : [`${id} has no Retry-After`]),
        ...(body.error.code === 'ServiceUnavailable' ? [] : [`${id} has the code ${body.error.code}`]),
        ...(/again/i.test(body.error.message) ? [] : [`${id} does not say what to do: ${said}`]),
        ...(/ECONN|127\.0\.0\.1|devstore|Injected|Socket/.test(said) ? [`${id} tells what it must not: ${said}`] : []),
      ];
    }),
  );
  return faults.flat();
}

/** Ways in which a service is away, and how it comes back. */
const WAYS: readonly { name: string; service: Service; leave: () => Promise<void>; comeBack: () => Promise<void> }[] = [
  { name: 'Table Storage away', service: 'tables', leave: () => tables.cut(), comeBack: () => tables.restore() },
  ...[403, 429, 500, 503].map((status) => ({
    name: `Table Storage answering ${status}`,
    service: 'tables' as const,
    leave: async () => tableGate.answerWith(status),
    comeBack: async () => tableGate.answerWith(undefined),
  })),
  {
    name: 'Service Bus away',
    service: 'bus',
    leave: () => bus.close(),
    comeBack: async () => {
      bus = await startServiceBusEmulator({ port: bus.port, queues: readQueueSettings(queues) });
    },
  },
  { name: 'Microsoft Graph away', service: 'graph', leave: () => graph.cut(), comeBack: () => graph.restore() },
  ...[429, 503].map((status) => ({
    name: `Microsoft Graph answering ${status}`,
    service: 'graph' as const,
    leave: async () => void parts.graph.faults.add({ match: {}, fault: { status, retryAfterSeconds: 1 } }),
    comeBack: async () => void parts.graph.faults.remove(),
  })),
];

it('there is an entry for every endpoint', () => {
  expect(Object.keys(ENTRIES).sort()).toEqual(routes.map(({ name }) => name).sort());
});

it('every endpoint answers while all is there', async () => {
  expect(await faultsWithout(undefined)).toEqual([]);
});

describe('what cannot be answered is 503 with Retry-After, and comes back by itself', () => {
  it.each(WAYS)('with $name', async ({ service, leave, comeBack }) => {
    await leave();
    try {
      expect(await faultsWithout(service)).toEqual([]);
    } finally {
      await comeBack();
    }
    await waitUntil(async () => (await faultsWithout(undefined)).length === 0, 'every endpoint answers again');
  });

  it('with Table Storage away since the app started', async () => {
    await tables.cut();
    await app.child.stop();
    await start();
    try {
      expect(await faultsWithout('tables')).toEqual([]);
    } finally {
      await tables.restore();
    }
    await waitUntil(async () => (await faultsWithout(undefined)).length === 0, 'every endpoint answers again');
  });
});
