import type { HostedFunction, TimerTrigger } from '../app/hostedFunction.ts';
import type { RpcTypedData } from '../app/rpc.ts';
import { pause } from '../deadline.ts';
import type { HostLog } from '../hostLog.ts';
import type { Invoker } from '../invoker.ts';
import { parseRetryPolicy, withRetries } from './retryPolicy.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

/** setTimeout takes no more than 2^31 - 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
/** Below this, the real host does not monitor a schedule. */
const SHORTEST_MONITORED_MS = 60_000;
const NEVER = '0001-01-01T00:00:00+00:00';

export interface TimerTriggerParts {
  readonly invoker: Invoker;
  readonly log: HostLog;
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

/**
 * Starts the schedule of a timer function. As in the real host, a failed run does not stop the schedule and is not
 * made up for, and a run that outlasts the next occurrence is followed at once by one more, not by all it missed.
 * What was missed while the host was down is unknown here: the status lives in memory.
 * @throws Error that names the function when the schedule cannot be read
 */
export function startTimer(target: HostedFunction<TimerTrigger>, parts: TimerTriggerParts): RunningTimer {
  const { trigger } = target;
  const schedule = readSchedule(target);
  const policy = parseRetryPolicy(target.metadata.retryOptions);
  const stopping = new AbortController();
  const status = new ScheduleStatus(schedule, parts.now());
  const monitored = trigger.useMonitor && status.intervalMs(parts.now()) >= SHORTEST_MONITORED_MS;
  let queue: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const run = async (scheduled: boolean): Promise<void> => {
    const startedAt = parts.now();
    const input = toTimerInput(schedule, monitored ? status : undefined);
    try {
      await withRetries(
        policy,
        async (retryContext) => {
          await parts.invoker.invoke(target, { input, ...(retryContext && { retryContext }) });
        },
        async (retry) => {
          await pause(policy.delayMs(retry, parts.random()), stopping.signal);
          return !stopping.signal.aborted;
        },
      );
    } finally {
      status.ran(startedAt, scheduled);
    }
  };

  const enqueue = (scheduled: boolean): Promise<void> => {
    const done = queue.then(() => {
      if (stopping.signal.aborted) throw new Error(`The timer of ${target.name} has stopped.`);
      return run(scheduled);
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
        // The invoker has logged a failure; the schedule goes on.
        else void enqueue(true).then(arm, arm);
      },
      Math.min(waitMs, LONGEST_TIMEOUT_MS),
    );
  };

  if (trigger.runOnStartup) void enqueue(false).then(arm, arm);
  else arm();

  return {
    target,
    runNow: () => enqueue(false),
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await queue;
    },
  };
}

/** When the timer ran last, and when it will run next. */
class ScheduleStatus {
  last: Date | undefined;
  next: Date | undefined;
  readonly #schedule: Schedule;

  constructor(schedule: Schedule, now: Date) {
    this.#schedule = schedule;
    this.next = schedule.next(now);
  }

  /** A timer that fires a little early must not find the same occurrence again. */
  ran(startedAt: Date, scheduled: boolean): void {
    const occurrence = scheduled && this.next !== undefined && this.next > startedAt ? this.next : startedAt;
    this.last = occurrence;
    this.next = this.#schedule.next(occurrence);
  }

  intervalMs(now: Date): number {
    const first = this.#schedule.next(now);
    const second = first && this.#schedule.next(first);
    return first && second ? second.getTime() - first.getTime() : Number.POSITIVE_INFINITY;
  }
}

/** The timer's payload in the real host's own spelling; the library turns the names into camel case. */
function toTimerInput(schedule: Schedule, status: ScheduleStatus | undefined): RpcTypedData {
  const time = (date: Date | undefined): string => date?.toISOString().replace('Z', '+00:00') ?? NEVER;
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: schedule.adjustForDaylightSaving },
      ScheduleStatus: status
        ? { Last: time(status.last), Next: time(status.next), LastUpdated: time(status.last) }
        : null,
      IsPastDue: false,
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
