import type { Evidence } from '../../local/oracle/evidence.ts';
import type { EmulatorFaults } from '../../local/service-bus/emulator.ts';
import type { Done } from './carryOut.ts';
import { allKinds, type FaultKind, type KindCounts } from './faultKinds.ts';
import type { HostCounts } from './hosts.ts';
import type { Plan } from './plan.ts';
import type { TableProxy } from './tableProxy.ts';

/** The counters of all parts, at the end of a campaign. */
export interface Counters {
  readonly plan: Plan;
  readonly evidence: Evidence;
  readonly done: Done;
  readonly hosts: Readonly<HostCounts>;
  readonly tables: TableProxy['faults'];
  /** By the id of the rule. */
  readonly graphFaults: Readonly<Record<string, number>>;
  /** Answers with 429 by the quota that was used up. */
  readonly throttled: Readonly<Record<string, number>>;
  readonly bus: EmulatorFaults;
  /** Locks of messages and sessions that ran out. */
  readonly locksLost: number;
  readonly paceWaits: number;
  /** Rows of dead letters that belong to no operation. */
  readonly orphanedMessages: number;
}

/** How often each kind of fault happened: counted where it happened, not where it was ordered. */
export function countKinds(counters: Counters): KindCounts {
  const { plan, evidence, done, hosts, tables, throttled, bus } = counters;
  const counts = Object.fromEntries(allKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  for (const [id, times] of Object.entries(counters.graphFaults)) {
    const kind = allKinds.find((one) => id.startsWith(`${one}/`));
    if (kind !== undefined) counts[kind] += times;
  }
  const isKnown = (id: string): boolean => evidence.operations.some((one) => one.id === id && one.known !== undefined);
  const items = evidence.operations.flatMap(({ known }) => known?.items ?? []);
  const deleted = new Set(plan.deletedUsers);
  return {
    ...counts,
    hostKilled: hosts.kills,
    hostDrained: hosts.drains,
    appRestarted: hosts.restarts,
    userDeleted: items.filter(
      ({ userId, detail }) => userId !== null && deleted.has(userId) && detail?.code === 'userNotFound',
    ).length,
    outsideChange: evidence.ledger.filter(({ appliedBy, from, to }) => appliedBy === 'control' && from !== to).length,
    groupOfPages: plan.plannedOperations.filter(
      ({ id, group }) => (group?.members.length ?? 0) > plan.tenant.membersPerPage && isKnown(id),
    ).length,
    listOfPages: plan.plannedOperations.filter(({ id, references }) => references.length > 999 && isKnown(id)).length,
    beyondDailyLimit: items.filter(({ detail }) => detail?.code === 'dailyLoweringLimit').length,
    overQuota: throttled.writes ?? 0,
    waitForQuota: counters.paceWaits,
    tableOutage: tables.outage,
    queueOutage: bus.refusedConnections,
    queueBusy: bus.busy,
    connectionCut: done.connectionsCut,
    lockLost: counters.locksLost,
    deadPlan: (bus.exhausted.plans?.length ?? 0) + (bus.exhausted.expressplans?.length ?? 0),
    deadChange: bus.exhausted.changes?.length ?? 0,
    orphanedMessage: counters.orphanedMessages,
    tableRefuse: tables.refuse,
    tableError: tables.error,
    tableBusy: tables.busy,
    tableHang: tables.hang,
    tableLate: tables.late,
    tableDropAnswer: tables.dropAnswer,
  };
}
