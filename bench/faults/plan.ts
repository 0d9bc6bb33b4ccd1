import type { Directory } from '../../local/graph/directory/directory.ts';
import { generateDirectory } from '../../local/graph/directory/generate.ts';
import { pick, type Random, randomGuid } from '../../local/graph/directory/random.ts';
import type { Acknowledgement, MfaState } from '../../shared/domain/mfaState.ts';
import { between, chance, streamOf, times } from './draw.ts';
import type { FaultRate } from './faultRates.ts';
import type { CampaignSize } from './options.ts';
import { drawReferences, everybodyOf } from './references.ts';

/** One of the two hosts. */
export type Slot = 0 | 1;

/** A request for a state change, as its client will send it. */
export interface PlannedOperation {
  readonly id: string;
  readonly state: MfaState;
  readonly references: readonly string[];
  readonly acknowledge: readonly Acknowledgement[];
  readonly dryRun: boolean;
  readonly reason: string;
}

/** Something that is done to the system. */
export type Action =
  /** A client sends the request, to both hosts at once if `twin`, up to so many times until it is answered with 202. */
  | {
      readonly kind: 'send';
      readonly operation: number;
      readonly slot: Slot;
      readonly twin: boolean;
      readonly attempts: number;
    }
  | { readonly kind: 'cancel'; readonly operation: number; readonly slot: Slot }
  | { readonly kind: 'retry'; readonly retry: number; readonly slot: Slot }
  | { readonly kind: 'kill'; readonly slot: Slot }
  | { readonly kind: 'start'; readonly slot: Slot }
  /** Scales a host in: it is drained, and ended when its functions have ended. */
  | { readonly kind: 'drain'; readonly slot: Slot }
  /** Restarts the app in a host: what its worker runs is ended, and stays locked for the whole `functionTimeout`. */
  | { readonly kind: 'restart'; readonly slot: Slot }
  | { readonly kind: 'dropConnections' }
  | { readonly kind: 'expireLocks'; readonly queue: 'plans' | 'changes' | null }
  | {
      readonly kind: 'makeBusy';
      readonly queue: 'plans' | 'changes';
      readonly traffic: 'send' | 'receive';
      readonly count: number;
    }
  | { readonly kind: 'faultRates'; readonly graph: FaultRate; readonly tables: FaultRate };

/** An action and when it is due: after so many requests to Table Storage since the start. */
export type Step = Action & { readonly at: number };

/** A retry of an operation, with all safety checks overridden. */
export interface PlannedRetry {
  readonly id: string;
  readonly operation: number;
}

/** The constant properties of the tenant. */
export interface TenantTraits {
  /** Reads of a user's state show what it was so long ago. */
  readonly readLagMs: number;
  readonly latencyMs: number;
  /** Whether Entra promotes enabled users who are registered. */
  readonly promotes: boolean;
  /** Whether writes are paced through the shared quota; its limit is out of reach. */
  readonly paced: boolean;
}

/** Everything that a campaign does. A pure function of the seed and the size. */
export interface Plan extends CampaignSize {
  readonly plannedOperations: readonly PlannedOperation[];
  /** Sent while faults happen: the first ones are for steps. The others are sent once the system has settled. */
  readonly retries: readonly PlannedRetry[];
  readonly lateRetries: readonly (PlannedRetry & { readonly slot: Slot; readonly twin: boolean })[];
  readonly protectedUsers: readonly string[];
  readonly tenant: TenantTraits;
  readonly steps: readonly Step[];
}

/** Requests to Table Storage that a reference takes, about: what makes steps fall into the time of the work. */
const REQUESTS_PER_REFERENCE = 4;

export function drawPlan(size: CampaignSize): Plan {
  const { seed, users, operations } = size;
  const directory = generateDirectory({ size: users, seed });
  const plannedOperations = drawOperations(directory, size);
  const references = plannedOperations.reduce((sum, operation) => sum + operation.references.length, 0);
  const end = Math.max(600, references * REQUESTS_PER_REFERENCE);
  const random = streamOf(seed, 'retries');
  const retries = retriesOf(random, operations, 0.1);
  const lateRetries = retriesOf(random, operations, 0.4).map((retry) => ({
    ...retry,
    slot: slot(random),
    twin: chance(random, 0.3),
  }));
  const steps = [
    ...trafficSteps(streamOf(seed, 'traffic'), plannedOperations, retries, end),
    ...hostSteps(streamOf(seed, 'hosts'), operations, end),
    ...platformSteps(streamOf(seed, 'platform'), operations, end),
    ...busSteps(streamOf(seed, 'bus'), operations, end),
    ...busySteps(streamOf(seed, 'busy'), operations, end),
    ...faultRateSteps(streamOf(seed, 'faultRates'), operations, end),
  ];
  return {
    seed,
    users,
    operations,
    plannedOperations,
    retries,
    lateRetries,
    protectedUsers: protectedOf(directory),
    tenant: drawTenant(streamOf(seed, 'tenant')),
    steps: steps.sort((a, b) => a.at - b.at),
  };
}

function slot(random: Random): Slot {
  return random() < 0.5 ? 0 : 1;
}

/** Two accounts that the service must never change, one named by object id and one by name. */
function protectedOf(directory: Directory): string[] {
  const [one, two] = everybodyOf(directory) as [number, number];
  return [directory.id(one), directory.principalName(two)];
}

function drawTenant(random: Random): TenantTraits {
  return {
    readLagMs: pick(random, [0, 300, 1_200]),
    latencyMs: pick(random, [0, 5, 20]),
    promotes: chance(random, 0.5),
    paced: chance(random, 0.5),
  };
}

function drawOperations(directory: Directory, { seed, operations }: CampaignSize): PlannedOperation[] {
  const random = streamOf(seed, 'operations');
  return Array.from({ length: operations }, (_, number): PlannedOperation => {
    const willing = chance(random, 0.85);
    return {
      id: randomGuid(random),
      state: pick(random, ['enabled', 'enabled', 'enabled', 'enforced', 'enforced', 'disabled', 'disabled'] as const),
      references: drawReferences(random, directory),
      acknowledge: willing ? ['legacyAuthInterruption', 'weaken'] : [],
      dryRun: chance(random, 0.06),
      reason: `Campaign ${seed}, request ${number + 1}`,
    };
  });
}

function retriesOf(random: Random, operations: number, share: number): PlannedRetry[] {
  const chosen = Array.from({ length: operations }, (_, operation) => operation).filter(() => chance(random, share));
  return chosen.map((operation) => ({ id: randomGuid(random), operation }));
}

/** Requests come in the first two thirds, the first at once; what repeats, cancels or retries one comes after it. */
function trafficSteps(
  random: Random,
  operations: readonly PlannedOperation[],
  retries: readonly PlannedRetry[],
  end: number,
): Step[] {
  const sentAt = times(random, operations.length, 0, end * 0.65);
  sentAt[0] = 0;
  const after = (operation: number, most: number): number =>
    Math.floor((sentAt[operation] as number) + random() * most * end);
  return [
    ...operations.flatMap((_, operation): Step[] => {
      const send = { kind: 'send', operation, attempts: between(random, 1, 4) } as const;
      const steps: Step[] = [
        { ...send, slot: slot(random), twin: chance(random, 0.2), at: sentAt[operation] as number },
      ];
      if (chance(random, 0.2)) steps.push({ ...send, slot: slot(random), twin: false, at: after(operation, 0.3) });
      if (chance(random, 0.15))
        steps.push({ kind: 'cancel', operation, slot: slot(random), at: after(operation, 0.1) });
      return steps;
    }),
    ...retries.map(
      ({ operation }, retry): Step => ({ kind: 'retry', retry, slot: slot(random), at: after(operation, 1) }),
    ),
  ];
}

/** Kills, each with a start of the same host soon after. Both hosts may be down at the same time. */
function hostSteps(random: Random, operations: number, end: number): Step[] {
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
      (at): Step => ({ kind: 'expireLocks', queue: pick(random, ['plans', 'changes', 'changes', null] as const), at }),
    ),
  ];
}

/** Short times in which the namespace has too much to do. */
function busySteps(random: Random, operations: number, end: number): Step[] {
  return times(random, Math.max(2, Math.round(operations / 5)), end * 0.02, end).map(
    (at): Step => ({
      kind: 'makeBusy',
      queue: pick(random, ['plans', 'changes'] as const),
      traffic: pick(random, ['send', 'receive'] as const),
      count: between(random, 1, 5),
      at,
    }),
  );
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
