import type { Directory } from '../../local/graph/directory/directory.ts';
import { generateDirectory } from '../../local/graph/directory/generate.ts';
import { pick, type Random, randomGuid } from '../../local/graph/directory/random.ts';
import { chance, sample, streamOf } from './draw.ts';
import { drawOperations } from './drawOperations.ts';
import type { ExpectedRequests } from './faultRates.ts';
import { harmSteps } from './harmSteps.ts';
import { drawOddUsers, type OddUser } from './oddUsers.ts';
import type { CampaignSize } from './options.ts';
import type { PlannedOperation, PlannedRetry } from './plannedOperation.ts';
import { usersToChange } from './references.ts';
import type { Slot, Step } from './step.ts';
import { trafficSteps } from './trafficSteps.ts';

/** The constant properties of the tenant. */
export interface TenantTraits {
  /** Reads of a user's state show what it was so long ago. */
  readonly readLagMs: number;
  readonly latencyMs: number;
  /** Whether Entra promotes enabled users who are registered. */
  readonly promotes: boolean;
  /** Graph lists at most so many members of a group in a page. */
  readonly membersPerPage: number;
  /** Writes that Graph allows in a window, and that the service takes for allowed: more. */
  readonly writes: { readonly graph: number; readonly service: number };
  /** Less than one of the operations wants to lower. */
  readonly loweredPerDay: number;
  /** More are lowered by some operations, which wait for approval then, until their time ends. */
  readonly loweredAtOnce: number;
}

/** The window of the quota of writes, in seconds. */
export const WRITES_WINDOW_SECONDS = 2;

/** Everything that a campaign does. A pure function of the seed and the size. */
export interface Plan extends CampaignSize {
  readonly plannedOperations: readonly PlannedOperation[];
  /** Sent while faults happen: the first ones are for steps. The others are sent once the system has settled. */
  readonly retries: readonly PlannedRetry[];
  readonly lateRetries: readonly (PlannedRetry & { readonly slot: Slot; readonly twin: boolean })[];
  readonly protectedUsers: readonly string[];
  readonly oddUsers: readonly OddUser[];
  /** Users that steps delete, by object id. */
  readonly deletedUsers: readonly string[];
  readonly tenant: TenantTraits;
  readonly expected: ExpectedRequests;
  readonly steps: readonly Step[];
}

/** Requests to Table Storage that a chunk takes under faults, about: what makes steps fall into the time of the work. */
const REQUESTS_PER_CHUNK = 30;
const LANES = 16;
/** Users per chunk. */
const CHUNK = 80;
const DELETED_USERS = 3;

export function drawPlan(size: CampaignSize): Plan {
  const { seed, users, operations } = size;
  const directory = generateDirectory({ size: users, seed });
  const [one, two, ...others] = usersToChange(directory) as [number, number, ...number[]];
  const oddUsers = drawOddUsers(streamOf(seed, 'oddUsers'), directory, others);
  const odd = new Set(oddUsers.map(({ id }) => id));
  const sound = others.filter((user) => !odd.has(directory.id(user)));
  const deleted = sample(streamOf(seed, 'deletedUsers'), sound, DELETED_USERS);
  const plannedOperations = drawOperations(directory, size, { oddUsers, deleted });
  const chunks = plannedOperations.map(sizeOf).map((count) => Math.min(LANES, count) + Math.floor(count / CHUNK));
  const end = Math.max(600, sum(chunks) * REQUESTS_PER_CHUNK);
  const random = streamOf(seed, 'retries');
  const all = Array.from({ length: operations }, (_, operation) => operation);
  const retries = retriesOf(random, all, 0.1);
  // Odd users are in the first half, and every retry of one takes long.
  const lateRetries = retriesOf(random, all.slice(operations / 2), 0.6).map((retry) => ({
    ...retry,
    slot: pick(random, [0, 1] as const),
    twin: chance(random, 0.3),
  }));
  const outside = sound.filter((user) => !deleted.includes(user)).map((user) => directory.id(user));
  const deletedUsers = deleted.map((user) => directory.id(user));
  const steps = [
    ...trafficSteps(streamOf(seed, 'traffic'), plannedOperations, { retries, deletedUsers, end }),
    ...harmSteps(seed, { operations, end, outside }),
  ];
  return {
    seed,
    users,
    operations,
    plannedOperations,
    retries,
    lateRetries,
    protectedUsers: [directory.id(one), directory.principalName(two)],
    oddUsers,
    deletedUsers,
    tenant: drawTenant(streamOf(seed, 'tenant'), directory, plannedOperations),
    expected: expectedOf(plannedOperations, sum(chunks)),
    steps: steps.sort((a, b) => a.at - b.at),
  };
}

/** How many users an operation names, or how many members its group has. */
function sizeOf({ references, group }: PlannedOperation): number {
  return group?.members.length ?? new Set(references).size;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function drawTenant(random: Random, directory: Directory, operations: readonly PlannedOperation[]): TenantTraits {
  const users = sum(operations.filter(({ dryRun }) => !dryRun).map(sizeOf));
  const service = Math.max(12, Math.round(users / 60));
  return {
    readLagMs: pick(random, [0, 300, 1_200]),
    latencyMs: pick(random, [0, 5, 20]),
    promotes: chance(random, 0.5),
    membersPerPage: Math.max(20, Math.floor(directory.size / 3)),
    writes: { service, graph: Math.max(6, Math.floor(service / 2)) },
    loweredPerDay: Math.floor(directory.size * 0.25),
    loweredAtOnce: Math.floor(directory.size * 0.08),
  };
}

/** Each chunk is read and written at least once, and most users are read more than once. */
function expectedOf(operations: readonly PlannedOperation[], chunks: number): ExpectedRequests {
  const users = sum(operations.map(sizeOf));
  return { envelopes: chunks * 3, items: users * 2, writes: Math.ceil(users / 3) };
}

function retriesOf(random: Random, operations: readonly number[], share: number): PlannedRetry[] {
  return operations.filter(() => chance(random, share)).map((operation) => ({ id: randomGuid(random), operation }));
}
