import { setTimeout as delay } from 'node:timers/promises';
import { type ControlUser, type GraphControl, graphControl } from '../../local/graph/control.ts';
import { type BusControl, busControl } from '../../local/service-bus/busControl.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';

/** How long every answer of Graph takes, for the service and for the scripts alike, in milliseconds. */
export const LATENCY_MS = 50;
const LOOK_EVERY_MS = 50;
/** Longer than anything here takes. Then something is broken. */
const DRAINED_WITHIN_MS = 10 * 60_000;
/** So far away that it does not come while something is measured. */
const ONCE_A_YEAR = '0 0 0 1 1 *';

/** A running stack, and what a benchmark does with it. */
export interface Testbed {
  readonly stack: Stack;
  readonly graph: GraphControl;
  readonly bus: BusControl;
  /** Waits until no message is left, so that everything that follows from what was accepted is done. */
  drained(): Promise<void>;
  /** Users who are disabled and may be changed. */
  disabledUsers(): Promise<string[]>;
}

/**
 * Starts a stack without quotas (unless they are set), with 50 ms for each answer of Graph, without promotions, and
 * without scheduled sweeps.
 */
export async function startTestbed(options: StackOptions & { readonly throttling?: string }): Promise<Testbed> {
  const { throttling = 'off', graphArgs = [], settings, ...rest } = options;
  const stack = await startStack({
    ...rest,
    graphArgs: ['--latency', String(LATENCY_MS), '--throttling', throttling, ...graphArgs],
    settings: {
      REGISTRATION_SWEEP_SCHEDULE: ONCE_A_YEAR,
      AUDIT_INDEX_SCHEDULE: ONCE_A_YEAR,
      HISTORY_PURGE_SCHEDULE: ONCE_A_YEAR,
      AUDIT_SEAL_SCHEDULE: ONCE_A_YEAR,
      ...(throttling === 'off' ? { GRAPH_WRITES_LIMIT: '0' } : {}),
      ...settings,
    },
  });
  const graph = graphControl(stack.graphUrl);
  const bus = busControl(stack.serviceBusControlUrl);
  await graph.changeSettings({ promotionDelayMs: null });
  return {
    stack,
    graph,
    bus,
    drained: () => drained(bus),
    disabledUsers: async () => (await graph.users()).filter(isDisabledPerson).map(({ id }) => id),
  };
}

/** Runs work on a testbed, and stops it whatever happens. */
export async function onTestbed<T>(
  options: Parameters<typeof startTestbed>[0],
  work: (testbed: Testbed) => Promise<T>,
): Promise<T> {
  const testbed = await startTestbed(options);
  try {
    return await work(testbed);
  } finally {
    await testbed.stack.close();
  }
}

/** The account of the directory synchronization is never changed. */
function isDisabledPerson({ state, upn }: ControlUser): boolean {
  return state === 'disabled' && !upn.startsWith('Sync_');
}

async function drained(bus: BusControl): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const queues = Object.entries(await bus.queues());
    const dead = queues.find(([, { deadLetter }]) => deadLetter > 0);
    if (dead !== undefined) throw new Error(`The queue ${dead[0]} has dead letters.`);
    if (queues.every(([, { active, scheduled }]) => active + scheduled === 0)) return;
    if (waitedMs > DRAINED_WITHIN_MS) throw new Error('The queues do not drain.');
    await delay(LOOK_EVERY_MS);
  }
}
