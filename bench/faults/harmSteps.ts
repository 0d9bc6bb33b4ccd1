import { pick, type Random } from '../../local/graph/directory/random.ts';
import { mfaStates } from '../../shared/domain/mfaState.ts';
import { between, chance, streamOf, times } from './draw.ts';
import type { Action, Backend, Slot, Step } from './step.ts';

interface Harm {
  readonly operations: number;
  /** About how many requests to Table Storage there are until the work is done. */
  readonly end: number;
  /** Users that an administrator may change past the service, by object id. */
  readonly outside: readonly string[];
}

/** One outage of a campaign lasts for so long, each of the others a few seconds. */
const LONG_OUTAGE_SECONDS = 30;
const SHORT_OUTAGE_SECONDS = 5;

/** Everything that is done to the system beside the requests of its clients, from one end of the work to the other. */
export function harmSteps(seed: number, harm: Harm): Step[] {
  const { operations, end } = harm;
  return [
    ...killSteps(streamOf(seed, 'hosts'), operations, end),
    ...platformSteps(streamOf(seed, 'platform'), operations, end),
    ...busSteps(streamOf(seed, 'bus'), operations, end),
    ...busySteps(streamOf(seed, 'busy'), operations, end),
    ...faultRateSteps(streamOf(seed, 'faultRates'), operations, end),
    ...outageSteps(streamOf(seed, 'outages'), end),
    ...outsideSteps(streamOf(seed, 'outside'), harm),
    ...deadLetterSteps(streamOf(seed, 'deadLetters'), operations, end),
  ];
}

function slot(random: Random): Slot {
  return pick(random, [0, 1] as const);
}

/** Kills, each with a start of the same host soon after. Both hosts may be down at the same time. */
function killSteps(random: Random, operations: number, end: number): Step[] {
  return times(random, Math.max(2, Math.round(operations / 6)), end * 0.03, end).flatMap((at): Step[] => {
    const one = slot(random);
    return [
      { kind: 'kill', slot: one, at },
      { kind: 'start', slot: one, at: at + between(random, 1, Math.ceil(end * 0.05)) },
    ];
  });
}

/** Hosts that are scaled in, each with a start of another in its place, and apps that are restarted. */
function platformSteps(random: Random, operations: number, end: number): Step[] {
  const often = Math.max(1, Math.round(operations / 12));
  return [
    ...times(random, often, end * 0.03, end).flatMap((at): Step[] => {
      const one = slot(random);
      return [
        { kind: 'drain', slot: one, at },
        { kind: 'start', slot: one, at: at + between(random, 1, Math.ceil(end * 0.05)) },
      ];
    }),
    ...times(random, often, end * 0.03, end).map((at): Step => ({ kind: 'restart', slot: slot(random), at })),
  ];
}

function busSteps(random: Random, operations: number, end: number): Step[] {
  const often = Math.max(2, Math.round(operations / 5));
  return [
    ...times(random, often, end * 0.02, end).map((at): Step => ({ kind: 'dropConnections', at })),
    ...times(random, often, end * 0.02, end).map(
      (at): Step => ({
        kind: 'expireLocks',
        queue: pick(random, ['plans', 'expressplans', 'changes', 'changes', null] as const),
        at,
      }),
    ),
  ];
}

/** Short times in which the namespace has too much to do: for a few requests, or for all in some seconds. */
function busySteps(random: Random, operations: number, end: number): Step[] {
  // The first one is sure to meet requests: it waits for them.
  const first = { kind: 'makeBusy', queue: 'changes', traffic: 'send', count: 3, seconds: 60 } as const;
  return [
    { ...first, at: Math.floor(end * 0.1) },
    ...times(random, Math.max(2, Math.round(operations / 5)), end * 0.02, end * 0.7).map(
      (at): Step => ({
        kind: 'makeBusy',
        queue: pick(random, ['plans', 'expressplans', 'changes'] as const),
        traffic: pick(random, ['send', 'receive'] as const),
        ...(chance(random, 0.5) ? { count: between(random, 1, 5), seconds: 10 } : { seconds: between(random, 2, 5) }),
        at,
      }),
    ),
  ];
}

/** A low rate, with longer times at a medium one and short times at a high one, in Graph, in the tables, or in both. */
function faultRateSteps(random: Random, operations: number, end: number): Step[] {
  const low = { kind: 'faultRates', graph: 'low', tables: 'low' } as const;
  const worse = times(random, Math.max(3, Math.round(operations / 5)), end * 0.02, end * 0.95);
  return [
    { ...low, at: 0 },
    ...worse.flatMap((at): Step[] => {
      const [rate, lasts] = chance(random, 0.5) ? (['high', 0.02] as const) : (['medium', 0.08] as const);
      const where = pick(random, ['graph', 'tables', 'both'] as const);
      const rates: Action = {
        kind: 'faultRates',
        graph: where === 'tables' ? 'low' : rate,
        tables: where === 'graph' ? 'low' : rate,
      };
      return [
        { ...rates, at },
        { ...low, at: at + Math.ceil(end * lasts) },
      ];
    }),
  ];
}

/** An outage of each service, one of which is long. */
function outageSteps(random: Random, end: number): Step[] {
  const backends: readonly Backend[] = ['graph', 'tables', 'queues'];
  const long = pick(random, backends);
  return backends.map((of): Step => {
    const seconds = of === long ? LONG_OUTAGE_SECONDS : SHORT_OUTAGE_SECONDS;
    return { kind: 'outage', of, seconds, at: Math.floor(end * (0.1 + random() * 0.7)) };
  });
}

/** Changes by administrators, past the service. */
function outsideSteps(random: Random, { operations, end, outside }: Harm): Step[] {
  return times(random, operations * 2, 0, end).map(
    (at): Step => ({ kind: 'changeOutside', userId: pick(random, outside), state: pick(random, mfaStates), at }),
  );
}

function deadLetterSteps(random: Random, operations: number, end: number): Step[] {
  const often = Math.max(1, Math.round(operations / 15));
  return [
    // The first one is sure to happen: the next message is given up before a receiver can settle it.
    { kind: 'exhaust', queue: 'expressplans', moment: 'sent', at: Math.floor(end * 0.1) },
    ...times(random, often, end * 0.05, end * 0.5).map(
      (at, index): Step => ({
        kind: 'exhaust',
        queue: index % 4 < 2 ? 'expressplans' : 'plans', // most operations of a campaign are small
        moment: index % 2 === 0 ? 'delivered' : 'sent',
        at,
      }),
    ),
    ...times(random, often * 2, end * 0.05, end * 0.5).map(
      (at, index): Step => ({ kind: 'exhaust', queue: 'changes', moment: index % 2 === 0 ? 'sent' : 'delivered', at }),
    ),
    ...times(random, 2, end * 0.05, end * 0.8).map(
      (at): Step => ({
        kind: 'sendUnreadable',
        queue: pick(random, ['plans', 'expressplans', 'changes'] as const),
        at,
      }),
    ),
  ];
}
