import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from './step.ts';
import type { SystemUnderTest } from './systemUnderTest.ts';

/** The id of the rule that makes Graph reset every connection. */
export const GRAPH_OUTAGE = 'graphOutage/all';

/** Makes a service fail for so long: every connection is reset. */
export async function outageOf(
  backend: Backend,
  seconds: number,
  { graph, tables, bus }: Pick<SystemUnderTest, 'graph' | 'tables' | 'bus'>,
): Promise<void> {
  switch (backend) {
    case 'graph':
      // Before the other faults, which would answer some requests.
      await graph.addFault({
        id: GRAPH_OUTAGE,
        match: { batchItem: false },
        first: true,
        fault: { resetConnection: true },
      });
      await delay(seconds * 1_000);
      return graph.removeFault(GRAPH_OUTAGE);
    case 'tables':
      tables.setOutage(true);
      await delay(seconds * 1_000);
      return tables.setOutage(false);
    case 'queues':
      await bus.refuseConnections(seconds);
      return delay(seconds * 1_000);
  }
}
