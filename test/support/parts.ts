import { randomBytes } from 'node:crypto';
import queues from '../../infra/queues.json' with { type: 'json' };
import type { GraphSettingsPatch } from '../../local/graph/settings.ts';
import { type GraphSimulator, startGraphSimulator } from '../../local/graph/simulator.ts';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../local/service-bus/emulator.ts';
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import { readSettings } from '../../shared/config.ts';
import { buildDependencies, type Dependencies } from '../../shared/host/dependencies.ts';
import { unpaced } from '../../shared/pace/pacer.ts';
import { readPolicy } from '../../shared/tenant/policy.ts';
import { findPrivilegedUsers } from '../../shared/tenant/privilegedUsers.ts';
import { findProtectedUsers } from '../../shared/tenant/protectedUsers.ts';
import { People } from './people.ts';
import { tablesConnection } from './sharedAzurite.ts';

/** A clock that runs with the machine's and can be put forward. */
export class Clock {
  #aheadMs = 0;
  readonly now = (): number => Date.now() + this.#aheadMs;

  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Waits by moving the clock forward, for work that waits for no concurrent work. */
  readonly skip = async (ms: number): Promise<void> => this.advance(ms);
}

/** Graph, Service Bus and tables for one test file. */
export interface Parts {
  readonly graph: GraphSimulator;
  readonly bus: ServiceBusEmulator;
  readonly people: People;
  readonly clock: Clock;
  /** The settings that connect the app to these parts. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * What the functions work with, as a process of its own has it: nothing is remembered from another.
   * @param settings on top of the environment
   */
  worker(overrides?: Partial<Dependencies>, settings?: Readonly<Record<string, string>>): Dependencies;
  close(): Promise<void>;
}

export interface PartsOptions {
  readonly users?: number;
  readonly graph?: GraphSettingsPatch;
  readonly tablesConnection?: string;
  /** Lets the app sign in to Service Bus with a key that is not the emulator's. */
  readonly anyServiceBusKey?: boolean;
}

/** No throttling and no promotions, unless a test enables them. */
const QUIET: GraphSettingsPatch = { promotionDelayMs: null, throttling: { window: 'off' } };

export async function startParts(options: PartsOptions = {}): Promise<Parts> {
  const clock = new Clock();
  const [graph, bus] = await Promise.all([
    startGraphSimulator({ users: options.users ?? 1_000, settings: { ...QUIET, ...options.graph }, now: clock.now }),
    startServiceBusEmulator({ queues: readQueueSettings(queues), anyKey: options.anyServiceBusKey ?? false }),
  ]);
  const environment = {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    API_AUTH: 'development',
    TENANT_ID: graph.tenantId,
    GRAPH_BASE_URL: graph.url,
    ServiceBusConnection: bus.connectionString,
    TablesConnection: options.tablesConnection ?? tablesConnection(),
    TABLES_PREFIX: `t${randomBytes(8).toString('hex')}`,
  };
  return {
    graph,
    bus,
    people: new People(graph),
    clock,
    environment,
    worker: (overrides, settings) => workerOf({ ...environment, ...settings }, clock.now, overrides),
    close: async () => {
      await Promise.all([bus.close(), graph.close()]);
    },
  };
}

function workerOf(
  environment: Readonly<Record<string, string>>,
  now: () => number,
  overrides: Partial<Dependencies> = {},
): Dependencies {
  const settings = readSettings(environment);
  const real = buildDependencies(settings, now);
  const graph = overrides.graph ?? real.graph;
  return {
    ...real,
    graph,
    pacer: unpaced,
    policy: () => readPolicy(graph, now),
    protectedUsers: () => findProtectedUsers(graph, settings, now),
    privilegedUsers: settings.PROTECT_PRIVILEGED ? () => findPrivilegedUsers(graph) : async () => new Map(),
    random: () => 0,
    retryBudgetMs: 30_000,
    recoverAfterMs: 180_000,
    ...overrides,
  };
}
