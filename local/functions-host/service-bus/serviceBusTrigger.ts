import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { HostedFunction, ServiceBusTrigger } from '../app/hostedFunction.ts';
import { createAbort, unlessAborted } from '../deadline.ts';
import type { Settings } from '../settings.ts';
import { findServiceBusAddress } from './connections.ts';
import { entityName } from './entity.ts';
import type { ListenerParts, ServiceBusTriggerParts } from './listenerParts.ts';
import type { Outcome } from './messagePump.ts';
import { createOutage } from './outage.ts';
import { listenToQueue } from './queueListener.ts';
import { listenToSessions } from './sessionListener.ts';
import { toTriggerData } from './triggerData.ts';

export interface RunningServiceBusTrigger {
  /**
   * Stops receiving and resolves when what was received is settled. Messages whose handlers still run when the signal
   * comes are abandoned.
   */
  stop(giveUp: AbortSignal): Promise<void>;
}

/**
 * Listens for the messages of a function: a handler that succeeds completes its message, one that throws (or takes
 * longer than `functionTimeout`) abandons it, which the broker redelivers at once until its maximum is reached. Without
 * `autoCompleteMessages` the message of a handler that succeeds stays locked, and comes back when its lock runs out.
 * Neither a lost connection nor a lost session nor a broker that is away ends it.
 * @throws Error that names the function when the connection's setting is missing
 */
export function startServiceBusTrigger(
  target: HostedFunction<ServiceBusTrigger>,
  parts: ServiceBusTriggerParts,
): RunningServiceBusTrigger {
  const stopping = createAbort();
  const givingUp = createAbort();
  const entity = entityName(target);
  const completes = target.trigger.autoCompleteMessages ?? parts.options.autoCompleteMessages;

  const process = async (message: ServiceBusReceivedMessage): Promise<Outcome> => {
    const diagnosticId = message.applicationProperties?.['Diagnostic-Id'];
    const traceParent = typeof diagnosticId === 'string' ? { traceParent: diagnosticId } : {};
    const invoked = parts.invoker.invoke(target, { ...toTriggerData(message), ...traceParent }).then(
      (): Outcome => (completes ? 'complete' : 'keep'),
      // The invoker has logged why.
      (): Outcome => 'abandon',
    );
    return unlessAborted(invoked, givingUp.signal, () => 'abandon');
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
    sessionLost: (sessionId, error) =>
      parts.log.host('warning', `${target.name} lost session ${sessionId} of ${entity}: ${reason(error)}`),
    outage: createOutage({
      stop: stopping.signal,
      random: parts.random,
      now: parts.now,
      lost: (error) => parts.log.host('warning', `${target.name} cannot receive from ${entity}: ${reason(error)}`),
      regained: () => parts.log.host('information', `${target.name} receives from ${entity} again`),
    }),
  };
  checkConnection(target, parts.settings);
  const listening = target.trigger.isSessionsEnabled ? listenToSessions(listener) : listenToQueue(listener);

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

/** A connection without its setting would otherwise only show in the log, again and again. */
function checkConnection({ name, trigger }: HostedFunction<ServiceBusTrigger>, settings: Settings): void {
  try {
    findServiceBusAddress(trigger.connection, settings);
  } catch (error) {
    throw new Error(`Function '${name}': ${(error as Error).message}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  // The client's own hints for programmers follow on further lines, or after the first sentence.
  const [message] = error.message.split(/\n| The receiver for session /);
  return typeof code === 'string' ? `${code}: ${message}` : `${message}`;
}
