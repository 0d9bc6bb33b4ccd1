import { graphControl } from '../../local/graph/control.ts';
import type { Evidence } from '../../local/oracle/evidence.ts';
import { countFindings, type Finding, type FindingKind } from '../../local/oracle/finding.ts';
import { type Asked, gatherEvidence, statesOf } from '../../local/oracle/gatherEvidence.ts';
import { judge } from '../../local/oracle/judge.ts';
import { type BusControl, busControl } from '../../local/service-bus/busControl.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { carryOut } from './carryOut.ts';
import { streamOf } from './draw.ts';
import { GRAPH_TIMEOUT_SECONDS } from './faultRates.ts';
import { twoHosts } from './hosts.ts';
import type { CampaignSize } from './options.ts';
import { drawPlan, type Plan, type Step } from './plan.ts';
import { startTableProxy, type TableProxy, tablePortOf, throughProxy } from './tableProxy.ts';
import { type Traffic, trafficTo } from './traffic.ts';
import { waitUntilOver } from './waitUntilOver.ts';

/** The result of a campaign. */
export interface CampaignResult {
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  /** Answers to clients that they should never get, in words. */
  readonly surprises: readonly string[];
  readonly evidence: Evidence;
}

/** The line of JSON that a campaign ends with. */
export interface Summary extends Readonly<Record<FindingKind, number>> {
  readonly seed: number;
  readonly users: number;
  /** Operations that the service knows in the end, retries among them, and their references. */
  readonly operations: number;
  readonly references: number;
  readonly kills: number;
  /** Hosts that were scaled in. */
  readonly drains: number;
  /** Apps that were restarted. */
  readonly restarts: number;
  /** Connections to Service Bus that were cut. */
  readonly linkDrops: number;
  readonly graphFaults: number;
  readonly tableFaults: number;
  /** Requests to Table Storage, retries of the client among them. */
  readonly tableRequests: number;
  readonly redeliveries: number;
  readonly deadLettered: number;
  readonly lockExpirations: number;
  readonly unexpectedAnswers: number;
  readonly seconds: number;
}

export interface CampaignEffects {
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly onProgress: (text: string) => void;
  /** Takes what the parts log. */
  readonly onLine?: (part: string, line: string) => void;
}

/** Long enough for locks to expire, retries to end, and interrupted work to be recovered. */
const OVER_WITHIN_MS = 180_000;
const FUNCTION_TIMEOUT_SECONDS = 30;
/** How often clients send a request after the last fault. */
const ATTEMPTS_IN_THE_END = 20;
const ONCE_A_YEAR = '0 0 0 1 1 *';

/** Runs one campaign, from starting the stack to the verdict. */
export async function runCampaign(size: CampaignSize, effects: CampaignEffects): Promise<CampaignResult> {
  const plan = drawPlan(size);
  const startedAt = effects.now();
  let tables: TableProxy | undefined;
  const starting = startStack({
    users: size.users,
    seed: size.seed,
    hosts: 2,
    graphArgs: ['--throttling', 'off', '--latency', String(plan.tenant.latencyMs)],
    serviceBusArgs: ['--lock-duration', 'PT5S'],
    settings: settingsOf(plan),
    tablesThrough: async (connectionString) => {
      tables = await startTableProxy(tablePortOf(connectionString), streamOf(size.seed, 'tables'));
      return throughProxy(connectionString, tables);
    },
    ...(effects.onLine === undefined ? {} : { onLine: effects.onLine }),
  });
  try {
    const stack = await starting;
    try {
      return await attack(plan, stack, tables as TableProxy, effects, startedAt);
    } finally {
      await stack.close();
    }
  } finally {
    await tables?.close();
  }
}

/** Retries must fit into the time of a campaign, and nothing waits for a quota. */
function settingsOf({ tenant, protectedUsers }: Plan): Record<string, string> {
  return {
    GRAPH_TIMEOUT_SECONDS: String(GRAPH_TIMEOUT_SECONDS),
    // Reads lag, and a write may be under way for as long as Graph is waited for.
    GRAPH_CONSISTENCY_SECONDS: String(tenant.readLagMs / 1000 + GRAPH_TIMEOUT_SECONDS + 1),
    GRAPH_WRITES_LIMIT: tenant.paced ? '1000000' : '0',
    APPLY_RETRY_BUDGET_SECONDS: '15',
    // A restart of the app keeps lanes for so long: above the longest delivery, as in host.json, but not by minutes.
    AzureFunctionsJobHost__functionTimeout: toTimeSpan(FUNCTION_TIMEOUT_SECONDS),
    // The shortest that there is: a timer whose host was killed waits for so long.
    AzureFunctionsJobHost__singleton__listenerLockPeriod: toTimeSpan(15),
    AzureFunctionsJobHost__singleton__listenerLockRecoveryPollingInterval: toTimeSpan(2),
    RECOVER_AFTER_SECONDS: '15',
    MAX_LOWERED_PER_DAY: '1000000', // who is refused beyond it depends on who came first
    RECOVERY_SCHEDULE: '*/5 * * * * *',
    REGISTRATION_SWEEP_SCHEDULE: ONCE_A_YEAR, // at a full hour a sweep would record what no rule expects of a campaign
    PROTECTED_USERS: protectedUsers.join(','),
  };
}

function toTimeSpan(seconds: number): string {
  return `00:00:${String(seconds).padStart(2, '0')}`;
}

async function attack(
  plan: Plan,
  stack: Stack,
  tables: TableProxy,
  { now, onProgress }: CampaignEffects,
  startedAt: number,
): Promise<CampaignResult> {
  const graph = graphControl(stack.graphUrl);
  const bus = busControl(stack.serviceBusControlUrl);
  const hosts = twoHosts(stack);
  const traffic = trafficTo(hosts);
  const { readLagMs, promotes } = plan.tenant;
  await graph.changeSettings({ readLagMs, promotionDelayMs: promotes ? 0 : null });
  const before = statesOf(await graph.users());
  const ledgerBefore = (await graph.state()).ledgerEntries;
  const seconds = (): number => Math.round((now() - startedAt) / 100) / 10;

  onProgress(`${seconds()} s: ${plan.plannedOperations.length} requests under faults.`);
  const system = { hosts, traffic, graph, bus, tables, now };
  const onStep = (step: Step): void =>
    onProgress(`${seconds()} s, request ${tables.requests}: ${JSON.stringify(step)}`);
  const damage = await carryOut(plan, { ...system, onStep });

  const ids = [...plan.plannedOperations, ...plan.retries, ...plan.lateRetries].map(({ id }) => id);
  const quiet = { apiUrl: hosts.apiUrl(0), bus, now };
  onProgress(`${seconds()} s: The faults have ended.`);
  await waitUntilOver(ids, quiet, OVER_WITHIN_MS);
  onProgress(`${seconds()} s: Sending again what was never accepted.`);
  await Promise.all(sendAgain(plan, traffic));
  await waitUntilOver(ids, quiet, OVER_WITHIN_MS);
  onProgress(`${seconds()} s: Retrying what was refused or failed.`);
  await Promise.all(retryLate(plan, traffic));
  await waitUntilOver(ids, quiet, OVER_WITHIN_MS);
  onProgress(`${seconds()} s: Comparing.`);

  const evidence = await gatherEvidence(
    {
      asked: askedOf(plan, traffic),
      before,
      ledgerBefore,
      faultFree: false,
      registered: new Set(),
      swept: false,
    },
    { apiUrl: hosts.apiUrl(0), graph, tablesConnection: stack.tablesConnection },
  );
  const findings = judge(evidence);
  return {
    findings,
    evidence,
    surprises: traffic.surprises,
    summary: {
      seed: plan.seed,
      users: plan.users,
      ...sizeOf(evidence),
      ...hosts.counts,
      ...damage,
      tableFaults: tables.faults,
      tableRequests: tables.requests,
      ...(await queueTotals(bus)),
      ...countFindings(findings),
      unexpectedAnswers: traffic.surprises.length,
      seconds: seconds(),
    },
  };
}

/**
 * Sends what no answer was had for, with the same ids, after the service has finished what it knows of them. So it does not
 * depend on the speed of the machine how many operations a campaign has.
 */
function sendAgain({ plannedOperations }: Plan, traffic: Traffic): Promise<void>[] {
  return plannedOperations
    .filter(({ id }) => !traffic.accepted.has(id))
    .map((operation) => traffic.send(operation, { slot: 0, attempts: ATTEMPTS_IN_THE_END }));
}

function retryLate({ lateRetries, plannedOperations }: Plan, traffic: Traffic): Promise<void>[] {
  return lateRetries.flatMap(({ id, operation, slot, twin }) =>
    (twin ? ([0, 1] as const) : [slot]).map((one) =>
      traffic.retry(plannedOperations[operation]?.id ?? '', id, { slot: one, attempts: 3 }),
    ),
  );
}

function askedOf({ plannedOperations, retries, lateRetries }: Plan, { accepted }: Traffic): Asked[] {
  return [
    ...plannedOperations.map(({ id, references }) => ({ id, accepted: accepted.has(id), references })),
    ...[...retries, ...lateRetries].map(({ id, operation }) => ({
      id,
      accepted: accepted.has(id),
      references: { retryOf: plannedOperations[operation]?.id ?? '' },
    })),
  ];
}

function sizeOf({ operations }: Evidence): { operations: number; references: number } {
  const known = operations.flatMap((operation) => operation.known ?? []);
  return { operations: known.length, references: known.reduce((sum, { items }) => sum + items.length, 0) };
}

/** The sums over all queues. */
async function queueTotals(
  bus: BusControl,
): Promise<{ redeliveries: number; deadLettered: number; lockExpirations: number }> {
  const queues = Object.values(await bus.queues());
  const sum = (count: (queue: (typeof queues)[number]) => number): number =>
    queues.reduce((total, queue) => total + count(queue), 0);
  return {
    redeliveries: sum(({ redelivered }) => redelivered),
    deadLettered: sum(({ deadLettered }) => deadLettered),
    lockExpirations: sum(({ lockExpirations, sessionLockExpirations }) => lockExpirations + sessionLockExpirations),
  };
}
