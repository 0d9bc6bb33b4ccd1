import { setTimeout as delay } from 'node:timers/promises';
import { graphFaults, tableOdds } from './faultRates.ts';
import { outageOf } from './outage.ts';
import type { Plan } from './plan.ts';
import type { PlannedOperation } from './plannedOperation.ts';
import type { Slot, Step } from './step.ts';
import type { SystemUnderTest } from './systemUnderTest.ts';

/** What was done that no other part counts. */
export interface Done {
  readonly outages: Readonly<Record<'graph' | 'tables' | 'queues', number>>;
  readonly connectionsCut: number;
  readonly unreadable: number;
}

type Counts = { outages: Record<'graph' | 'tables' | 'queues', number>; connectionsCut: number; unreadable: number };

/** When nothing moves, the next step comes after this long: it may be what work waits for, such as the start of a host. */
const PATIENCE_MS = { whole: 2_000, hostDown: 700, nothingLeft: 200 } as const;
/** Fewer requests than that in this time come from timers only. */
const IDLE_REQUESTS = 10;
const LOOK_EVERY_MS = 10;
const AWAIT_CONNECTION_MS = 20_000;

/**
 * Carries out the steps of a plan in their order, each when as many requests to Table Storage have been made as it says, or
 * when nothing moves. Then it starts the hosts that are down. Faults at a low rate stay.
 */
export async function carryOut(plan: Plan, system: SystemUnderTest): Promise<Done> {
  const { hosts, bus } = system;
  const counts: Counts = { outages: { graph: 0, tables: 0, queues: 0 }, connectionsCut: 0, unreadable: 0 };
  const running: Promise<void>[] = [];
  for (const step of plan.steps) {
    await untilDue(step, system);
    system.onStep(step);
    const work = perform(step, plan, system, counts);
    work.catch(() => {}); // awaited below; until then, others continue
    running.push(work);
    // The faults of one rate must not mix with those of the next, and steps during an outage would come all at its end.
    if (step.kind === 'faultRates' || step.kind === 'outage') await work;
  }
  await bus.endBusy();
  await Promise.all(running);
  await Promise.all(([0, 1] as const).map((slot) => hosts.start(slot)));
  return counts;
}

/** Waits until so many requests were made, or nearly none for a while. */
async function untilDue({ at }: Step, system: SystemUnderTest): Promise<void> {
  const { tables, now } = system;
  let movedAt = now();
  let requests = tables.requests;
  let patienceMs: number = PATIENCE_MS.nothingLeft;
  while (tables.requests < at) {
    if (now() - movedAt >= patienceMs) {
      patienceMs = await patienceFor(system);
      if (now() - movedAt >= patienceMs) return;
    }
    await delay(LOOK_EVERY_MS);
    if (tables.requests - requests < IDLE_REQUESTS) continue;
    requests = tables.requests;
    movedAt = now();
  }
}

async function patienceFor({ hosts, bus }: SystemUnderTest): Promise<number> {
  if (!hosts.areUp()) return PATIENCE_MS.hostDown;
  return (await bus.messagesLeft()) === 0 ? PATIENCE_MS.nothingLeft : PATIENCE_MS.whole;
}

async function perform(step: Step, plan: Plan, system: SystemUnderTest, counts: Counts): Promise<void> {
  const { hosts, traffic, graph, bus, tables } = system;
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
      counts.connectionsCut += await dropConnections(bus);
      return;
    case 'expireLocks':
      return bus.expireLocks(step.queue ?? undefined);
    case 'makeBusy':
      return bus.makeBusy({ queue: step.queue, traffic: step.traffic, count: step.count, seconds: step.seconds });
    case 'faultRates':
      tables.setOdds(tableOdds(step.tables));
      for (const rule of graphFaults(step.graph)) await graph.addFault(rule);
      return;
    case 'outage':
      await Promise.all(([0, 1] as const).map((slot) => hosts.start(slot))); // an outage that no host meets is none
      await outageOf(step.of, step.seconds, system);
      counts.outages[step.of]++;
      return;
    case 'changeOutside':
      await graph.setState(step.userId, step.state);
      return;
    case 'deleteUser':
      return graph.deleteUser(step.userId);
    case 'exhaust':
      return bus.exhaustNext(step.queue, step.moment);
    case 'sendUnreadable':
      await system.sendUnreadable(step.queue);
      counts.unreadable++;
  }
}

/** After an outage or a start, hosts take a while to connect, and a cut that meets no connection is none. */
async function dropConnections(bus: SystemUnderTest['bus']): Promise<number> {
  for (let lookedMs = 0; ; lookedMs += LOOK_EVERY_MS) {
    const dropped = await bus.dropConnections();
    if (dropped > 0 || lookedMs >= AWAIT_CONNECTION_MS) return dropped;
    await delay(LOOK_EVERY_MS);
  }
}

/** Ends the faults that have no end of their own, so that what is compared then is at rest. */
export async function endFaults({ graph, tables }: Pick<SystemUnderTest, 'graph' | 'tables'>): Promise<void> {
  tables.setOdds(tableOdds('none'));
  await graph.removeFaults();
}
