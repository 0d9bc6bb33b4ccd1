import type { HostedFunction, TimerTrigger } from '../app/hostedFunction.ts';
import type { RpcTypedData } from '../app/rpc.ts';
import { pause } from '../deadline.ts';
import type { HostLog } from '../hostLog.ts';
import type { Invoker } from '../invoker.ts';
import { parseRetryPolicy, withRetries } from './retryPolicy.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { noMonitor } from './scheduleMonitor.ts';
import { type ScheduleStatus, serialiseStatus, startStatus, statusAfter } from './scheduleStatus.ts';
import type { TimerStorage } from './timerStorage.ts';

/** setTimeout takes no more than 2^31 - 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
/** Below this, the real host does not monitor a schedule. */
const SHORTEST_MONITORED_MS = 60_000;

export interface TimerTriggerParts {
  readonly invoker: Invoker;
  readonly log: HostLog;
  readonly storage: TimerStorage;
  readonly now: () => Date;
  readonly random: () => number;
}

/** A timer that runs its function. One invocation ends before the next begins, however it came about. */
export interface RunningTimer {
  readonly target: HostedFunction<TimerTrigger>;
  /** Runs the function now; rejects with its failure when the last retry failed too. */
  runNow(): Promise<void>;
  /** Stops the schedule and resolves when the running invocation has ended. */
  stop(): Promise<void>;
}

/** Why a timer runs. */
type Reason = 'schedule' | 'pastDue' | 'startup' | 'byHand';

/**
 * Starts the schedule of a timer function, as soon as no other host has it. As in the real host, a failed run does not
 * stop the schedule and is not made up for, a run that outlasts the next occurrence is followed at once by one more,
 * not by all it missed, and what was missed while no host was there is made up for by one run at the start.
 * @throws Error that names the function when the schedule cannot be read
 */
export function startTimer(target: HostedFunction<TimerTrigger>, parts: TimerTriggerParts): RunningTimer {
  const { name, trigger } = target;
  const schedule = readSchedule(target);
  const policy = parseRetryPolicy(target.metadata.retryOptions);
  const stopping = new AbortController();
  const monitored = trigger.useMonitor && intervalMs(schedule, parts.now()) >= SHORTEST_MONITORED_MS;
  const monitor = monitored ? parts.storage.monitor : noMonitor;
  let status: ScheduleStatus = startStatus(undefined, schedule, parts.now()).status;
  let queue: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const run = async (reason: Reason): Promise<void> => {
    const startedAt = parts.now();
    const input = toTimerInput(schedule, monitored ? status : undefined, reason === 'pastDue');
    try {
      await withRetries(
        policy,
        target.name,
        async (retryContext) => {
          await parts.invoker.invoke(target, { input, ...(retryContext && { retryContext }) });
        },
        async (retry) => {
          await pause(policy.delayMs(retry, parts.random()), stopping.signal);
          return !stopping.signal.aborted;
        },
      );
    } finally {
      status = statusAfter(status, startedAt, reason === 'schedule', schedule);
      await monitor.write(name, status);
    }
  };

  const enqueue = (reason: Reason): Promise<void> => {
    const done = queue.then(() => {
      if (stopping.signal.aborted) throw new Error(`The timer of ${name} has stopped.`);
      return run(reason);
    });
    queue = done.catch(() => {});
    return done;
  };

  const arm = (): void => {
    if (stopping.signal.aborted || status.next === undefined) return;
    const waitMs = Math.max(1, status.next.getTime() - parts.now().getTime());
    timer = setTimeout(
      () => {
        if (waitMs > LONGEST_TIMEOUT_MS) arm();
        // The invoker has logged a failure; the schedule continues.
        else void enqueue('schedule').then(arm, arm);
      },
      Math.min(waitMs, LONGEST_TIMEOUT_MS),
    );
  };

  const begin = async (): Promise<void> => {
    if (!(await parts.storage.lock.acquire(name, stopping.signal))) return;
    const stored = await monitor.read(name);
    const starting = startStatus(stored, schedule, parts.now());
    if (starting.toStore) await monitor.write(name, starting.toStore);
    status = starting.status;
    if (starting.isPastDue) void enqueue('pastDue').then(arm, arm);
    else if (trigger.runOnStartup) void enqueue('startup').then(arm, arm);
    else arm();
  };
  const beginning = begin();

  return {
    target,
    runNow: () => enqueue('byHand'),
    async stop() {
      stopping.abort();
      await beginning;
      clearTimeout(timer);
      await queue;
      await parts.storage.lock.release(name);
    },
  };
}

function intervalMs(schedule: Schedule, now: Date): number {
  const first = schedule.next(now);
  const second = first && schedule.next(first);
  return first && second ? second.getTime() - first.getTime() : Number.POSITIVE_INFINITY;
}

/** The timer's payload in the real host's own spelling; the library turns the names into camel case. */
function toTimerInput(schedule: Schedule, status: ScheduleStatus | undefined, isPastDue: boolean): RpcTypedData {
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: schedule.adjustForDaylightSaving },
      ScheduleStatus: status === undefined ? null : serialiseStatus(status),
      IsPastDue: isPastDue,
    }),
  };
}

function readSchedule(target: HostedFunction<TimerTrigger>): Schedule {
  try {
    return parseSchedule(target.trigger.schedule);
  } catch (error) {
    throw new Error(`Function '${target.name}': ${(error as Error).message}`, { cause: error });
  }
}
