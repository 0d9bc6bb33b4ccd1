import type { Child } from '../../local/child.ts';
import { startAppHost } from './appHost.ts';
import { buildEmpty } from './apps.ts';
import { atMost, type Findings, type Ground } from './benchmark.ts';
import { latenciesAt } from './load.ts';
import { memoryOf, watchPeak } from './processes.ts';
import { enable, requestChange } from './requests.ts';
import { median, percentile, spreadOf } from './samples.ts';
import { onTestbed, type Testbed } from './testbed.ts';

const WARM_UP_REQUESTS = 100;
const WARM_UP_REFERENCES = 1_000;
/** One caller sends everything, and the limits of a caller are not what is measured. */
const ONE_CALLER = { MAX_OPEN_OPERATIONS_PER_CALLER: '100000', EXPRESS_USERS_PER_MINUTE: '100000' };

/** Milliseconds until a small request is accepted while others are being applied, and what a large one costs. */
export async function accept(ground: Ground): Promise<Findings> {
  const { perSecond, seconds, runs, references } = ground.sizes.accept;
  const users = 2 * (WARM_UP_REQUESTS + perSecond * seconds * runs) + 200;
  const small = await onTestbed({ users, settings: ONE_CALLER }, (testbed) => acceptSmall(testbed, ground));
  const large = await onTestbed({ users: 100 }, (testbed) => acceptLarge(testbed, ground));

  const over = (share: number): number =>
    median(small.map(({ service, baseline }) => percentile(service, share) - percentile(baseline, share)));
  const at = (side: 'service' | 'baseline', share: number) =>
    spreadOf(small.map((run) => percentile(run[side], share)));
  const secondsTo202 = large.map((run) => run.seconds);
  const grownMb = large.flatMap((run) => run.grownMb ?? []);
  return {
    measures: {
      'service, p50 ms': at('service', 0.5),
      'service, p99 ms': at('service', 0.99),
      'baseline, p50 ms': at('baseline', 0.5),
      'baseline, p99 ms': at('baseline', 0.99),
      'large request, seconds to 202': spreadOf(secondsTo202),
      ...(grownMb.length === 0 ? {} : { 'large request, MB grown until 202': spreadOf(grownMb) }),
    },
    targets: [
      atMost('p50 over the baseline, ms', 10, over(0.5)),
      atMost('p99 over the baseline, ms', 50, over(0.99)),
      atMost(`seconds until ${references} references are accepted`, 3, median(secondsTo202)),
      atMost('MB grown meanwhile, the worst run', 150, grownMb.length === 0 ? undefined : Math.max(...grownMb)),
    ],
    notes: [
      `${perSecond} requests of one user each in a second, for ${seconds} s; they are planned and applied at the same time. The baseline is an app of one function that only answers, in a process of its own, asked in turn with the service.`,
      'Latency counts from when a request was due. Each large request meets a new host, and is canceled after its 202; the memory is that of the host, at its peak until then.',
    ],
  };
}

interface SmallRun {
  readonly service: readonly number[];
  readonly baseline: readonly number[];
}

async function acceptSmall(testbed: Testbed, { sizes, now, onProgress }: Ground): Promise<SmallRun[]> {
  const { perSecond, seconds, runs } = sizes.accept;
  const app = await buildEmpty();
  const baselineHost = await startAppHost(app);
  try {
    const unused = await testbed.disabledUsers();
    const { apiUrl } = testbed.stack;
    const askService = async (): Promise<void> => void (await requestChange(apiUrl, enable(unused.splice(0, 1))));
    const askBaseline = async (): Promise<void> => {
      const body = JSON.stringify(enable(unused.slice(0, 1)));
      const response = await fetch(`${baselineHost.ready.url}/${app.route}`, { method: 'POST', body });
      await response.arrayBuffer();
    };
    const measure = (count: number, ask: () => Promise<void>): Promise<number[]> =>
      latenciesAt(perSecond, count, ask, now);

    onProgress('Warming up.');
    await measure(WARM_UP_REQUESTS, askBaseline);
    await measure(WARM_UP_REQUESTS, askService);
    await testbed.drained();
    const found: SmallRun[] = [];
    for (let run = 1; run <= runs; run++) {
      onProgress(`Small requests, run ${run} of ${runs}.`);
      const baseline = await measure(perSecond * seconds, askBaseline);
      const service = await measure(perSecond * seconds, askService);
      await testbed.drained();
      found.push({ baseline, service });
    }
    return found;
  } finally {
    await baselineHost.stop();
  }
}

interface LargeRun {
  readonly seconds: number;
  /** Undefined where the system does not tell. */
  readonly grownMb: number | undefined;
}

async function acceptLarge(testbed: Testbed, { sizes, now, newId, onProgress }: Ground): Promise<LargeRun[]> {
  const { references, largeRuns } = sizes.accept;
  const newUsers = (count: number): string[] => Array.from({ length: count }, () => newId());
  const runs: LargeRun[] = [];
  for (let run = 1; run <= largeRuns; run++) {
    onProgress(`One request of ${references} references, run ${run} of ${largeRuns}.`);
    const host: Child = await testbed.stack.addHost();
    const apiUrl = `${host.ready.url}/api`;
    await cancelWhenAccepted(apiUrl, newUsers(WARM_UP_REFERENCES));
    await testbed.drained();

    const users = newUsers(references);
    const before = await memoryOf(host.pid);
    const peak = watchPeak(host.pid);
    const startedAt = now();
    const id = await requestChange(apiUrl, enable(users));
    const seconds = (now() - startedAt) / 1_000;
    const peakMb = await peak();
    await cancel(apiUrl, id);
    await testbed.drained();
    await host.stop();
    runs.push({
      seconds,
      grownMb: before === undefined || peakMb === undefined ? undefined : peakMb - before.residentMb,
    });
  }
  return runs;
}

async function cancelWhenAccepted(apiUrl: string, users: readonly string[]): Promise<void> {
  await cancel(apiUrl, await requestChange(apiUrl, enable(users)));
}

async function cancel(apiUrl: string, id: string): Promise<void> {
  const response = await fetch(`${apiUrl}/operations/${id}/cancel`, { method: 'POST' });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`Canceling was answered with ${response.status}.`);
}
