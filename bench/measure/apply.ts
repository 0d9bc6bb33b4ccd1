import { TableClient } from '@azure/data-tables';
import { tablePortOf, throughProxy } from '../faults/tableProxy.ts';
import { atLeast, type Findings, type Ground } from './benchmark.ts';
import { countsBetween, mapCounts } from './counts.ts';
import { cpuBetween, cpuOf } from './cpu.ts';
import { graphUseBetween, perChunk } from './graphUse.ts';
import { enable, requestChange, requireApplied } from './requests.ts';
import { median, shown, spreadOf } from './samples.ts';
import { scripts } from './script.ts';
import { startTableCounter, type TableCounter } from './tableCounter.ts';
import { onTestbed, type Testbed } from './testbed.ts';

const WARM_UP_USERS = 1_000;
const SINGLE_REQUESTS = 20;
/** Of the simulated users, three in five are disabled. A few more are needed than that. */
const USERS_PER_DISABLED = 1 / 0.59;

/** Users per second, from the request until every user is changed, recorded and audited; and two scripts. */
export async function apply(ground: Ground): Promise<Findings> {
  const { runs, users, oneByOneUsers, batchedUsers } = ground.sizes.apply;
  const perRun = users + oneByOneUsers + batchedUsers;
  const directory = Math.ceil((WARM_UP_USERS + 2 * 20 + runs * perRun) * USERS_PER_DISABLED) + 1_000;
  const timed = await onTestbed({ users: directory }, (testbed) => timeAll(testbed, ground));
  ground.onProgress('Counting the requests to Table Storage.');
  const tableRequests = await countTableRequests(ground.sizes.apply.countedUsers);

  const service = median(timed.service);
  const oneByOne = service / median(timed.oneByOne);
  const batched = service / median(timed.batched);
  return {
    measures: {
      'service, users/s': spreadOf(timed.service),
      'one by one, users/s': spreadOf(timed.oneByOne),
      'batches one by one, users/s': spreadOf(timed.batched),
      'CPU seconds of the last run': timed.cpuSeconds,
      'chunks of the last run': timed.chunks,
      'Graph requests per chunk': timed.graphPerChunk,
      'table requests per chunk': tableRequests.perChunk,
      'table requests of a request of one user': tableRequests.perSingleUser,
    },
    targets: [
      atLeast('users per second', 1_000, service),
      atLeast('times as fast as one PATCH after another', 50, oneByOne),
      atLeast('times as fast as one batch after another', 2.5, batched),
    ],
    notes: [
      `${users} users who were disabled are enabled in each run, without quotas; every audit entry is there at its end.`,
      'Requests to Table Storage are counted in a run of their own, because what counts them slows them down.',
    ],
  };
}

interface Timed {
  readonly service: number[];
  readonly oneByOne: number[];
  readonly batched: number[];
  cpuSeconds: Record<string, number>;
  chunks: number;
  graphPerChunk: Record<string, number>;
}

async function timeAll(testbed: Testbed, { sizes, now, onProgress }: Ground): Promise<Timed> {
  const { stack, graph } = testbed;
  const { users, runs, oneByOneUsers, batchedUsers } = sizes.apply;
  const script = scripts(stack.graphUrl);
  const unused = await testbed.disabledUsers();
  const take = (count: number): string[] => {
    if (unused.length < count) throw new Error('The directory has too few users who are disabled.');
    return unused.splice(0, count);
  };
  const usersPerSecond = async (count: number, work: (ids: string[]) => Promise<void>): Promise<number> => {
    const ids = take(count);
    const startedAt = now();
    await work(ids);
    return (count * 1_000) / (now() - startedAt);
  };
  const change = async (ids: string[]): Promise<void> => {
    const id = await requestChange(stack.apiUrl, enable(ids));
    await testbed.drained();
    await requireApplied(stack.apiUrl, id);
  };

  onProgress('Warming up.');
  await change(take(WARM_UP_USERS));
  await script.changeOneByOne(take(20), 'enabled');
  await script.changeInBatches(take(20), 'enabled');

  const timed: Timed = { service: [], oneByOne: [], batched: [], cpuSeconds: {}, chunks: 0, graphPerChunk: {} };
  for (let run = 1; run <= runs; run++) {
    onProgress(`Run ${run} of ${runs}.`);
    const cpu = await cpuOf(stack);
    const { counters } = await graph.state();
    const done = await chunksDone(testbed);
    timed.service.push(await usersPerSecond(users, change));
    timed.cpuSeconds = cpuBetween(cpu, await cpuOf(stack));
    timed.chunks = (await chunksDone(testbed)) - done;
    timed.graphPerChunk = perChunk(graphUseBetween(counters, (await graph.state()).counters), timed.chunks);
    timed.oneByOne.push(await usersPerSecond(oneByOneUsers, (ids) => script.changeOneByOne(ids, 'enabled')));
    timed.batched.push(await usersPerSecond(batchedUsers, (ids) => script.changeInBatches(ids, 'enabled')));
  }
  await requireAudited(stack.tablesConnection, WARM_UP_USERS + runs * users);
  return timed;
}

/** @throws Error when the audit record does not have this many entries */
async function requireAudited(connectionString: string, expected: number): Promise<void> {
  const table = TableClient.fromConnectionString(connectionString, 'audit', { allowInsecureConnection: true });
  let entries = 0;
  for await (const _ of table.listEntities({ queryOptions: { select: ['rowKey'] } })) entries++;
  if (entries !== expected)
    throw new Error(`${expected} users were changed, and the audit record has ${entries} entries.`);
}

interface TableRequests {
  readonly perChunk: Record<string, number>;
  readonly perSingleUser: Record<string, number>;
}

async function countTableRequests(users: number): Promise<TableRequests> {
  let counter: TableCounter | undefined;
  const options = {
    users: Math.ceil((WARM_UP_USERS + users) * USERS_PER_DISABLED) + 1_000,
    tablesThrough: async (connectionString: string) => {
      counter = await startTableCounter(tablePortOf(connectionString));
      return throughProxy(connectionString, counter);
    },
  };
  try {
    return await onTestbed(options, async (testbed) => {
      const unused = await testbed.disabledUsers();
      const change = async (count: number): Promise<void> => {
        await requestChange(testbed.stack.apiUrl, enable(unused.splice(0, count)));
        await testbed.drained();
      };
      /** The requests that work causes, divided by how many messages of `changes` it causes. */
      const countEach = async (work: () => Promise<void>): Promise<Record<string, number>> => {
        const before = counter?.counts() ?? {};
        const done = await chunksDone(testbed);
        await work();
        const chunks = (await chunksDone(testbed)) - done;
        return mapCounts(countsBetween(before, counter?.counts() ?? {}), (count) => shown(count / chunks));
      };
      await change(WARM_UP_USERS);
      const perChunk = await countEach(() => change(users));
      const perSingleUser = await countEach(async () => {
        for (let request = 0; request < SINGLE_REQUESTS; request++) await change(1);
      });
      return { perChunk, perSingleUser };
    });
  } finally {
    await counter?.close();
  }
}

async function chunksDone({ bus }: Testbed): Promise<number> {
  return (await bus.queues()).changes?.completed ?? 0;
}
