import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from './step.ts';
import type { SystemUnderTest } from './systemUnderTest.ts';

type Backends = Pick<SystemUnderTest, 'graph' | 'tables' | 'bus'>;

/** The id of the rule that makes Graph reset every connection. */
const GRAPH_OUTAGE = 'graphOutage/all';
/** An outage that no request met yet lasts longer, by so many seconds at most. */
const LONGER_SECONDS = 30;

/** Makes a service fail for so long, and until a request meets the outage: every connection is reset. */
export async function outageOf(backend: Backend, seconds: number, backends: Backends): Promise<void> {
  const { graph, tables, bus } = backends;
  const before = await requestsMet(backend, backends);
  // Before the other faults, which would answer some requests.
  if (backend === 'graph')
    await graph.addFault({
      id: GRAPH_OUTAGE,
      match: { batchItem: false },
      first: true,
      fault: { resetConnection: true },
    });
  else if (backend === 'tables') tables.setOutage(true);
  else await bus.refuseConnections(seconds + LONGER_SECONDS);

  await delay(seconds * 1_000);
  for (let longer = 0; longer < LONGER_SECONDS && (await requestsMet(backend, backends)) === before; longer++)
    await delay(1_000);

  if (backend === 'graph') await graph.removeFault(GRAPH_OUTAGE);
  else if (backend === 'tables') tables.setOutage(false);
  else await bus.refuseConnections(0);
}

/** How many requests or connections met an outage of the service so far. */
async function requestsMet(backend: Backend, { graph, tables, bus }: Backends): Promise<number> {
  if (backend === 'graph') return (await graph.faultTotals())[GRAPH_OUTAGE] ?? 0;
  return backend === 'tables' ? tables.faults.outage : (await bus.faults()).refusedConnections;
}
