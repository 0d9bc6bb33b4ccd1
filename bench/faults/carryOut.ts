import { setTimeout as delay } from 'node:timers/promises';
import type { GraphControl } from '../../local/graph/control.ts';
import type { BusControl } from '../../local/service-bus/busControl.ts';
import { type FaultRate, graphFaults, tableOdds } from './faultRates.ts';
import type { Hosts } from './hosts.ts';
import type { Plan, PlannedOperation, Slot, Step } from './plan.ts';
import type { TableProxy } from './tableProxy.ts';
import type { Traffic } from './traffic.ts';

/** The parts that steps are carried out on. */
export interface SystemUnderTest {
  readonly hosts: Hosts;
  readonly traffic: Traffic;
  readonly graph: GraphControl;
  readonly bus: BusControl;
  readonly tables: TableProxy;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly onStep: (step: Step) => void;
}

/** The faults that were caused. */
export interface Damage {
  readonly linkDrops: number;
  readonly graphFaults: number;
}

/** When nothing moves (both hosts are down, say), the next step comes after this long. */
const PATIENCE_MS = 700;
const LOOK_EVERY_MS = 10;

/**
 * Carries out the steps of a plan in their order, each when as many requests to Table Storage have been made as it
 * says, then ends all faults and starts the hosts that are down.
 */
export async function carryOut(plan: Plan, system: SystemUnderTest): Promise<Damage> {
  const { hosts, graph, tables, bus, now } = system;
  const damage = { linkDrops: 0, graphFaults: 0 };
  const running: Promise<void>[] = [];
  let lastStepAt = now();
  for (const step of plan.steps) {
    while (tables.requests < step.at && now() - lastStepAt < PATIENCE_MS) await delay(LOOK_EVERY_MS);
    lastStepAt = now();
    system.onStep(step);
    const work = perform(step, plan, system, damage);
    work.catch(() => {}); // awaited below; until then, others continue
    running.push(work);
    // The faults of one rate must not mix with those of the next.
    if (step.kind === 'faultRates') await work;
  }
  damage.graphFaults += await changeGraphFaults('none', graph);
  tables.setOdds(tableOdds('none'));
  await bus.endBusy();
  await Promise.all(running);
  await Promise.all(([0, 1] as const).map((slot) => hosts.start(slot)));
  return damage;
}

async function perform(
  step: Step,
  plan: Plan,
  { hosts, traffic, graph, bus, tables }: SystemUnderTest,
  damage: { linkDrops: number; graphFaults: number },
): Promise<void> {
  switch (step.kind) {
    case 'send': {
      const operation = plan.plannedOperations[step.operation] as PlannedOperation;
      const slots: readonly Slot[] = step.twin ? [0, 1] : [step.slot];
      await Promise.all(slots.map((slot) => traffic.send(operation, { slot, attempts: step.attempts })));
      return;
    }
    case 'cancel':
      return traffic.cancel((plan.plannedOperations[step.operation] as PlannedOperation).id, step.slot);
    case 'retry': {
      const retry = plan.retries[step.retry] as Plan['retries'][number];
      const operation = plan.plannedOperations[retry.operation] as PlannedOperation;
      return traffic.retry(operation.id, retry.id, { slot: step.slot, attempts: 3 });
    }
    case 'kill':
      return hosts.kill(step.slot);
    case 'start':
      return hosts.start(step.slot);
    case 'drain':
      return hosts.drain(step.slot);
    case 'restart':
      return hosts.restart(step.slot);
    case 'dropConnections':
      damage.linkDrops += await bus.dropConnections();
      return;
    case 'expireLocks':
      return bus.expireLocks(step.queue ?? undefined);
    case 'makeBusy':
      return bus.makeBusy({ queue: step.queue, traffic: step.traffic, count: step.count });
    case 'faultRates':
      tables.setOdds(tableOdds(step.tables));
      damage.graphFaults += await changeGraphFaults(step.graph, graph);
  }
}

/** Replaces the faults of the simulator. Returns how often the old ones struck. */
async function changeGraphFaults(rate: FaultRate, graph: GraphControl): Promise<number> {
  const struck = (await graph.faults()).reduce((sum, { fired }) => sum + fired, 0);
  await graph.removeFaults();
  for (const rule of graphFaults(rate)) await graph.addFault(rule);
  return struck;
}
