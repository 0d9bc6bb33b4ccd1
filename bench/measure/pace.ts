import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost, type Findings, type Ground } from './benchmark.ts';
import { graphUseBetween, throttledShare } from './graphUse.ts';
import { enable, requestChange, requireApplied, untilOver } from './requests.ts';
import { median, spreadOf } from './samples.ts';
import { scripts } from './script.ts';
import { onTestbed, type Testbed } from './testbed.ts';

/** The ways in which Graph may count its quota: it does not say. */
const WINDOWS = ['sliding', 'tumbling', 'tokenBucket'] as const;
type WindowKind = (typeof WINDOWS)[number];

const WARM_UP_USERS = 40;
const ASK_EVERY_MS = 50;

/** The result of one operation with one way of counting. */
interface PaceRun {
  readonly seconds: number;
  /** Of requests to Graph, the share that was answered with 429. */
  readonly throttledShare: number;
  readonly singleSeconds: number;
  /** Users that the script changed. The script itself assumes that it changed all. */
  readonly scriptShare: number;
  readonly scriptThrottledShare: number;
}

/** How near the service comes to the rate that Graph allows, and how long a single user waits meanwhile. */
export async function pace(ground: Ground): Promise<Findings> {
  const { users, runs, writes, windowSeconds } = ground.sizes.pace;
  const idealSeconds = (users * windowSeconds) / writes;
  // With the first window's writes at once, and those of each later window at its start.
  const burstSeconds = (Math.ceil(users / writes) - 1) * windowSeconds;
  const found = new Map<WindowKind, PaceRun[]>(WINDOWS.map((kind) => [kind, []]));
  for (let run = 1; run <= runs; run++) {
    ground.onProgress(`Run ${run} of ${runs}: ${WINDOWS.join(', ')}, side by side.`);
    const results = await Promise.all(WINDOWS.map((kind) => runPaced(kind, ground, idealSeconds)));
    WINDOWS.forEach((kind, index) => {
      found.get(kind)?.push(results[index] as PaceRun);
    });
  }
  const of = (kind: WindowKind, read: (run: PaceRun) => number): number[] => (found.get(kind) ?? []).map(read);
  const everywhere = (read: (run: PaceRun) => number): number[] => WINDOWS.flatMap((kind) => of(kind, read));
  const share = ({ seconds }: PaceRun): number => idealSeconds / seconds;
  return {
    measures: {
      'ideal, seconds': idealSeconds,
      'ideal with the first burst, seconds': burstSeconds,
      ...Object.fromEntries(
        WINDOWS.flatMap((kind) => [
          [`${kind}: seconds`, spreadOf(of(kind, ({ seconds }) => seconds))],
          [`${kind}: share of the ideal`, spreadOf(of(kind, (run) => share(run)))],
          [
            `${kind}: share of the ideal with the first burst`,
            spreadOf(of(kind, ({ seconds }) => burstSeconds / seconds)),
          ],
          [`${kind}: share of 429`, spreadOf(of(kind, (run) => run.throttledShare))],
          [`${kind}: single user, seconds`, spreadOf(of(kind, (run) => run.singleSeconds))],
          [`${kind}: script, share changed`, spreadOf(of(kind, (run) => run.scriptShare))],
          [`${kind}: script, share of 429`, spreadOf(of(kind, (run) => run.scriptThrottledShare))],
        ]),
      ),
    },
    targets: [
      ...WINDOWS.map((kind) => atLeast(`share of the ideal rate, ${kind}`, 0.95, median(of(kind, share)))),
      atMost(
        'share of requests answered with 429, the worst run',
        0.01,
        Math.max(...everywhere((run) => run.throttledShare)),
      ),
      atMost(
        'seconds until a single user in the middle is done, the worst run',
        5,
        Math.max(...everywhere((run) => run.singleSeconds)),
      ),
    ],
    notes: [
      `${users} users, ${writes} writes in ${windowSeconds} s, two hosts; the three ways to count run at the same time, each on a stack of its own.`,
      'The ideal is the number of users, divided by the rate. A whole window may be used at once, so less time than that is possible.',
      'The script sends its batches and does not look into them: it takes every user for changed.',
    ],
  };
}

function runPaced(kind: WindowKind, { sizes, now }: Ground, idealSeconds: number): Promise<PaceRun> {
  const { users, writes, windowSeconds } = sizes.pace;
  const options = {
    users: 2 * (2 * users + WARM_UP_USERS + 1) + 100,
    hosts: 2,
    throttling: kind,
    graphArgs: ['--writes-limit', String(writes), '--writes-window', String(windowSeconds)],
    settings: { GRAPH_WRITES_LIMIT: String(writes), GRAPH_WRITES_WINDOW_SECONDS: String(windowSeconds) },
  };
  return onTestbed(options, async (testbed) => {
    const { stack, graph } = testbed;
    const { apiUrl } = stack;
    const unused = await testbed.disabledUsers();
    // A dry run reads and writes nothing, so that the quota is whole.
    await requestChange(apiUrl, { ...enable(unused.splice(0, WARM_UP_USERS)), dryRun: true });
    await testbed.drained();

    const { counters } = await graph.state();
    const startedAt = now();
    const id = await requestChange(apiUrl, enable(unused.splice(0, users)));
    const bulk = testbed.drained().then(() => (now() - startedAt) / 1_000);
    const single = singleUser(apiUrl, unused.splice(0, 1), (idealSeconds * 1_000) / 2, now);
    const [seconds, singleSeconds] = await Promise.all([bulk, single]);
    await requireApplied(apiUrl, id);
    const use = graphUseBetween(counters, (await graph.state()).counters);
    return {
      seconds,
      throttledShare: throttledShare(use),
      singleSeconds,
      ...(await runScript(testbed, unused.splice(0, users))),
    };
  });
}

/** Changes one user in the middle of the operation, and returns how long that took, in seconds. */
async function singleUser(
  apiUrl: string,
  user: readonly string[],
  afterMs: number,
  now: () => number,
): Promise<number> {
  await delay(afterMs);
  const startedAt = now();
  const id = await requestChange(apiUrl, enable(user));
  await untilOver(apiUrl, id, () => delay(ASK_EVERY_MS));
  const seconds = (now() - startedAt) / 1_000;
  await requireApplied(apiUrl, id);
  return seconds;
}

async function runScript(
  { stack, graph }: Testbed,
  ids: readonly string[],
): Promise<Pick<PaceRun, 'scriptShare' | 'scriptThrottledShare'>> {
  const { ledgerEntries, counters } = await graph.state();
  await scripts(stack.graphUrl).changeInBatches(ids, 'enabled');
  const after = await graph.state();
  const use = graphUseBetween(counters, after.counters);
  return {
    scriptShare: (after.ledgerEntries - ledgerEntries) / ids.length,
    scriptThrottledShare: throttledShare(use),
  };
}
