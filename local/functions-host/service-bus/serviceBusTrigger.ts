import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { HostedFunction, ServiceBusTrigger } from '../app/hostedFunction.ts';
import { aborted } from '../deadline.ts';
import type { HostJson } from '../hostJson.ts';
import type { HostLog } from '../hostLog.ts';
import type { Invoker } from '../invoker.ts';
import { createOutage } from './backoff.ts';
import type { ServiceBusConnections } from './connections.ts';
import { entityName } from './entity.ts';
import type { Outcome } from './messagePump.ts';
import { listenToQueue } from './queueListener.ts';
import { listenToSessions } from './sessionListener.ts';
import { toTriggerData } from './triggerData.ts';

export interface ServiceBusTriggerParts {
  readonly invoker: Invoker;
  readonly log: HostLog;
  readonly options: HostJson['serviceBus'];
  readonly connections: ServiceBusConnections;
  readonly random: () => number;
  readonly now: () => number;
}

/** What the listeners of queues and of sessions have in common. */
export interface ListenerParts extends ServiceBusTriggerParts {
  readonly target: HostedFunction<ServiceBusTrigger>;
  readonly stop: AbortSignal;
  readonly process: (message: ServiceBusReceivedMessage) => Promise<Outcome>;
  readonly settleFailed: (message: ServiceBusReceivedMessage, outcome: Outcome, error: unknown) => void;
  readonly outage: ReturnType<typeof createOutage>;
}

export interface RunningServiceBusTrigger {
  /**
   * Stops receiving and resolves when what was received is settled. Messages whose handlers still run when the signal
   * comes are abandoned.
   */
  stop(giveUp: AbortSignal): Promise<void>;
}

/**
 * Listens for the messages of a function: a handler that succeeds completes its message, one that throws (or takes
 * longer than `functionTimeout`) abandons it, which the broker redelivers at once until its maximum is reached.
 * Neither a lost connection nor a lost session nor a broker that is away ends it.
 * @throws Error that names the function when the connection's setting is missing
 */
export async function startServiceBusTrigger(
  target: HostedFunction<ServiceBusTrigger>,
  parts: ServiceBusTriggerParts,
): Promise<RunningServiceBusTrigger> {
  const stopping = new AbortController();
  const givingUp = new AbortController();
  const gaveUp = aborted(givingUp.signal);
  const entity = entityName(target);

  const process = async (message: ServiceBusReceivedMessage): Promise<Outcome> => {
    const diagnosticId = message.applicationProperties?.['Diagnostic-Id'];
    const traceParent = typeof diagnosticId === 'string' ? { traceParent: diagnosticId } : {};
    const invoked = parts.invoker.invoke(target, { ...toTriggerData(message), ...traceParent }).then(
      (): Outcome => 'complete',
      // The invoker has logged why.
      (): Outcome => 'abandon',
    );
    return Promise.race([invoked, gaveUp.then((): Outcome => 'abandon')]);
  };

  const listener: ListenerParts = {
    ...parts,
    target,
    stop: stopping.signal,
    process,
    settleFailed: (message, outcome, error) =>
      parts.log.host(
        'warning',
        `${target.name} could not ${outcome} message ${message.messageId} of ${entity}: ${reason(error)}`,
      ),
    outage: createOutage({
      stop: stopping.signal,
      random: parts.random,
      lost: (error) => parts.log.host('warning', `${target.name} cannot receive from ${entity}: ${reason(error)}`),
      regained: () => parts.log.host('information', `${target.name} receives from ${entity} again`),
    }),
  };
  const client = await connect(listener);
  const listening = target.trigger.isSessionsEnabled
    ? listenToSessions(listener, client)
    : listenToQueue(listener, client);

  return {
    async stop(giveUp) {
      stopping.abort();
      const abandon = (): void => givingUp.abort();
      if (giveUp.aborted) abandon();
      giveUp.addEventListener('abort', abandon, { once: true });
      await listening;
      giveUp.removeEventListener('abort', abandon);
    },
  };
}

async function connect({ target, connections }: ListenerParts) {
  try {
    return await connections.client(target.trigger.connection);
  } catch (error) {
    throw new Error(`Function '${target.name}': ${(error as Error).message}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${code}: ${error.message}` : error.message;
}
