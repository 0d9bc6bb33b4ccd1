import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import type { Evidence } from '../../local/oracle/evidence.ts';
import { countFindings, type Finding, type FindingKind } from '../../local/oracle/finding.ts';
import { type Asked, gatherEvidence, statesOf } from '../../local/oracle/gatherEvidence.ts';
import { judge } from '../../local/oracle/judge.ts';
import { type BusControl, busControl } from '../../local/service-bus/busControl.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { carryOut, endFaults } from './carryOut.ts';
import { causesOf } from './causesOf.ts';
import { countKinds } from './countKinds.ts';
import { streamOf } from './draw.ts';
import { type FaultKind, type KindCounts, neverHappened, plannedKinds } from './faultKinds.ts';
import { steadyFaults } from './faultRates.ts';
import { twoHosts } from './hosts.ts';
import { oddUserFault } from './oddUsers.ts';
import type { CampaignSize } from './options.ts';
import { countOrphanedMessages } from './orphanedMessages.ts';
import { isPaceWait } from './paceWaits.ts';
import { drawPlan, type Plan } from './plan.ts';
import { appSettings, graphSettings } from './settingsOf.ts';
import type { Step } from './step.ts';
import { startTableProxy, type TableProxy, tablePortOf, throughProxy } from './tableProxy.ts';
import { type Traffic, trafficTo } from './traffic.ts';
import { unreadableSender } from './unreadable.ts';
import { waitUntilOver } from './waitUntilOver.ts';

/** The result of a campaign. */
export interface CampaignResult {
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  /** Answers to clients that they should never get, in words. */
  readonly surprises: readonly string[];
  /** Planned kinds of faults that never happened. */
  readonly missing: readonly FaultKind[];
  readonly evidence: Evidence;
}

/** The line of JSON that a campaign ends with. */
export interface Summary extends Readonly<Record<FindingKind, number>> {
  readonly seed: number;
  readonly users: number;
  /** Operations that the service knows in the end, retries among them, and their references. */
  readonly operations: number;
  readonly references: number;
  /** How often each kind of fault happened. */
  readonly kinds: KindCounts;
  /** Requests to Graph and to Table Storage, retries of the clients among them. */
  readonly graphRequests: number;
  readonly tableRequests: number;
  readonly redeliveries: number;
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
const OVER_WITHIN_MS = 240_000;
/** How often clients send a request after the last fault. */
const ATTEMPTS_IN_THE_END = 20;

/** Runs one campaign, from starting the stack to the verdict. */
export async function runCampaign(size: CampaignSize, effects: CampaignEffects): Promise<CampaignResult> {
  const plan = drawPlan(size);
  const startedAt = effects.now();
  let paceWaits = 0;
  let tables: TableProxy | undefined;
  const starting = startStack({
    users: size.users,
    seed: size.seed,
    hosts: 2,
    graphArgs: ['--throttling', 'off'],
    serviceBusArgs: ['--lock-duration', 'PT5S'],
    settings: appSettings(plan),
    tablesThrough: async (connectionString) => {
      const onBody = (body: string): void => {
        if (isPaceWait(body, Date.now())) paceWaits++;
      };
      tables = await startTableProxy(tablePortOf(connectionString), streamOf(size.seed, 'tables'), onBody);
      return throughProxy(connectionString, tables);
    },
    ...(effects.onLine === undefined ? {} : { onLine: effects.onLine }),
  });
  try {
    const stack = await starting;
    try {
      return await attack(plan, stack, tables as TableProxy, { ...effects, startedAt, paceWaits: () => paceWaits });
    } finally {
      await stack.close();
    }
  } finally {
    await tables?.close();
  }
}

async function attack(
  plan: Plan,
  stack: Stack,
  tables: TableProxy,
  effects: CampaignEffects & { readonly startedAt: number; readonly paceWaits: () => number },
): Promise<CampaignResult> {
  const { now, onProgress, startedAt } = effects;
  const graph = graphControl(stack.graphUrl);
  const bus = busControl(stack.serviceBusControlUrl);
  const hosts = twoHosts(stack);
  const traffic = trafficTo(hosts);
  const unreadable = unreadableSender(stack.serviceBusConnection);
  await graph.changeSettings(graphSettings(plan));
  await addLastingFaults(plan, graph);
  const before = statesOf(await graph.users());
  const ledgerBefore = (await graph.state()).ledgerEntries;
  const seconds = (): number => Math.round((now() - startedAt) / 100) / 10;
  const tell = (text: string): void => onProgress(`${seconds()} s, request ${tables.requests}: ${text}`);

  tell(`${plan.plannedOperations.length} requests under faults.`);
  const onStep = (step: Step): void => tell(JSON.stringify(step));
  const system = { hosts, traffic, graph, bus, tables, now, sendUnreadable: unreadable.send, onStep };
  const done = await carryOut(plan, system);

  const ids = [...plan.plannedOperations, ...plan.retries, ...plan.lateRetries].map(({ id }) => id);
  const sound = { apiUrl: hosts.apiUrl(0), bus, now };
  tell('All steps are done. A few faults remain.');
  await waitUntilOver(ids, sound, OVER_WITHIN_MS);
  tell('Sending again what was never accepted.');
  await Promise.all(sendAgain(plan, traffic));
  await waitUntilOver(ids, sound, OVER_WITHIN_MS);
  tell('Retrying what was refused or failed.');
  await Promise.all(retryLate(plan, traffic));
  await waitUntilOver(ids, sound, OVER_WITHIN_MS);
  await unreadable.close();
  const graphFaults = await graph.faultTotals();
  await endFaults(system);
  // An answer that a fault made late may still be under way.
  await waitUntilOver(ids, sound, OVER_WITHIN_MS);
  tell('Comparing.');

  const busFaults = await bus.faults();
  const causes = causesOf(plan, Object.values(busFaults.exhausted).flat());
  const evidence = await gatherEvidence(
    {
      asked: askedOf(plan, traffic),
      before,
      ledgerBefore,
      faultFree: false,
      registered: new Set(),
      swept: false,
      causes,
    },
    { apiUrl: hosts.apiUrl(0), graph, tablesConnection: stack.tablesConnection },
  );
  const findings = judge(evidence);
  const { counters } = await graph.state();
  const { redeliveries, locksLost } = await queueTotals(bus);
  const kinds = countKinds({
    plan,
    evidence,
    done,
    hosts: hosts.counts,
    tables: tables.faults,
    graphFaults,
    throttled: counters.throttled,
    bus: busFaults,
    locksLost,
    paceWaits: effects.paceWaits(),
    orphanedMessages: await countOrphanedMessages(stack.tablesConnection),
  });
  return {
    findings,
    evidence,
    surprises: traffic.surprises,
    missing: neverHappened(plannedKinds, kinds),
    summary: {
      seed: plan.seed,
      users: plan.users,
      ...sizeOf(evidence),
      kinds,
      graphRequests: counters.httpRequests,
      tableRequests: tables.requests,
      redeliveries,
      ...countFindings(findings),
      unexpectedAnswers: traffic.surprises.length,
      seconds: seconds(),
    },
  };
}

/** The faults that stay for the whole campaign. Those of single users come first: they happen always. */
async function addLastingFaults({ seed, oddUsers, expected }: Plan, graph: GraphControl): Promise<void> {
  const rules = [...oddUsers.map(oddUserFault), ...steadyFaults(streamOf(seed, 'steadyFaults'), expected)];
  for (const rule of rules) await graph.addFault(rule);
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
    ...plannedOperations.map(({ id, references, group }) => ({
      id,
      accepted: accepted.has(id),
      references: group === undefined ? references : { members: group.members },
    })),
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
async function queueTotals(bus: BusControl): Promise<{ redeliveries: number; locksLost: number }> {
  const queues = Object.values(await bus.queues());
  const sum = (count: (queue: (typeof queues)[number]) => number): number =>
    queues.reduce((total, queue) => total + count(queue), 0);
  return {
    redeliveries: sum(({ redelivered }) => redelivered),
    locksLost: sum(({ lockExpirations, sessionLockExpirations }) => lockExpirations + sessionLockExpirations),
  };
}
