import type { GraphControl } from '../../local/graph/control.ts';
import type { BusControl } from '../../local/service-bus/busControl.ts';
import type { Hosts } from './hosts.ts';
import type { Step } from './step.ts';
import type { TableProxy } from './tableProxy.ts';
import type { Traffic } from './traffic.ts';

/** The parts that steps are carried out on. */
export interface SystemUnderTest {
  readonly hosts: Hosts;
  readonly traffic: Traffic;
  readonly graph: GraphControl;
  readonly bus: BusControl;
  readonly tables: TableProxy;
  /** Sends a message that cannot be read. */
  readonly sendUnreadable: (queue: string) => Promise<void>;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly onStep: (step: Step) => void;
}
