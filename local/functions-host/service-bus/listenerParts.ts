import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { HostedFunction, ServiceBusTrigger } from '../app/hostedFunction.ts';
import type { HostJson } from '../hostJson.ts';
import type { HostLog } from '../hostLog.ts';
import type { Invoker } from '../invoker.ts';
import type { Settings } from '../settings.ts';
import type { ServiceBusConnections } from './connections.ts';
import type { Outcome } from './messagePump.ts';
import type { Outage } from './outage.ts';

/** The common parts of the listeners of queues and of sessions. */
export interface ListenerParts extends ServiceBusTriggerParts {
  readonly target: HostedFunction<ServiceBusTrigger>;
  readonly stop: AbortSignal;
  readonly process: (message: ServiceBusReceivedMessage) => Promise<Outcome>;
  readonly settleFailed: (message: ServiceBusReceivedMessage, outcome: Outcome, error: unknown) => void;
  readonly sessionLost: (sessionId: string, error: unknown) => void;
  readonly outage: Outage;
}

export interface ServiceBusTriggerParts {
  readonly invoker: Invoker;
  readonly log: HostLog;
  readonly options: HostJson['serviceBus'];
  readonly connections: ServiceBusConnections;
  readonly settings: Settings;
  readonly random: () => number;
  readonly now: () => number;
}
