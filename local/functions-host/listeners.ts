import { type HostedFunction, hasTrigger } from './app/hostedFunction.ts';
import type { HostJson } from './hostJson.ts';
import type { HostLog } from './hostLog.ts';
import type { Invoker } from './invoker.ts';
import type { ServiceBusConnections } from './service-bus/connections.ts';
import { type RunningServiceBusTrigger, startServiceBusTrigger } from './service-bus/serviceBusTrigger.ts';
import type { Settings } from './settings.ts';
import type { TimerStorage } from './timer/timerStorage.ts';
import { type RunningTimer, startTimer } from './timer/timerTrigger.ts';

export interface ListenerOptions {
  readonly invoker: Invoker;
  readonly log: HostLog;
  readonly hostJson: HostJson;
  readonly connections: ServiceBusConnections;
  readonly settings: Settings;
  readonly timerStorage: TimerStorage;
}

/** Everything that runs functions without being asked over HTTP. */
export interface Listeners {
  timer(name: string): RunningTimer | undefined;
  /** Stops taking work and resolves when what runs has ended; messages that still run at the signal are abandoned. */
  stop(giveUp: AbortSignal): Promise<void>;
}

/**
 * Starts the timers and the Service Bus listeners of the functions that are not disabled. One that cannot be started is
 * logged, and the others run.
 */
export function startListeners(
  functions: readonly HostedFunction[],
  { invoker, log, hostJson, connections, settings, timerStorage }: ListenerOptions,
): Listeners {
  const timers: RunningTimer[] = [];
  const serviceBus: RunningServiceBusTrigger[] = [];
  const { random } = Math;
  const now = (): number => performance.now();
  const stop = async (giveUp: AbortSignal): Promise<void> => {
    await Promise.all([...timers.map((timer) => timer.stop()), ...serviceBus.map((trigger) => trigger.stop(giveUp))]);
  };
  const orLog = (start: () => void): void => {
    try {
      start();
    } catch (error) {
      log.host('error', `${(error as Error).message} The function does not run; the others do.`);
    }
  };
  const enabled = functions.filter((target) => !target.disabled);
  for (const target of enabled.filter(hasTrigger('serviceBusTrigger'))) {
    const options = hostJson.serviceBus;
    orLog(() => {
      serviceBus.push(startServiceBusTrigger(target, { invoker, log, options, connections, settings, random, now }));
    });
  }
  for (const target of enabled.filter(hasTrigger('timerTrigger'))) {
    orLog(() => {
      timers.push(startTimer(target, { invoker, log, storage: timerStorage, now: () => new Date(), random }));
    });
  }
  return { timer: (name) => timers.find(({ target }) => target.name === name), stop };
}
