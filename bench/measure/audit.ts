import { setTimeout as delay } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import type { GraphControl } from '../../local/graph/control.ts';
import { cut } from '../../shared/groupBy.ts';
import { type SweepReport, SweepStore } from '../../shared/registration/sweepStore.ts';
import { atLeast, atMost, type Findings, type Ground } from './benchmark.ts';
import { cpuBetween, cpuOf } from './cpu.ts';
import { graphUseBetween } from './graphUse.ts';
import { memoryOf } from './processes.ts';
import { median, shown, spreadOf } from './samples.ts';
import { scripts } from './script.ts';
import { onTestbed, type Testbed } from './testbed.ts';

const ENABLED_SHARE = 0.2;
const LOOK_EVERY_MS = 100;
const SET_AT_ONCE = 32;

/** The cost of one sweep. */
interface SweepCost {
  readonly seconds: number;
  readonly graphRequests: number;
  /** Of the host since it started. Undefined where the system does not tell. */
  readonly peakMb: number | undefined;
  readonly cpuSeconds: Record<string, number>;
}

interface Sweeps {
  /** A tenant that was never looked at: everything is found for the first time. */
  readonly first: SweepCost;
  /** The same tenant once more. */
  readonly next: SweepCost;
  readonly scriptSeconds: number;
}

/** Requests, seconds and memory of a registration sweep of a large tenant, of a small one, and a script. */
export async function audit(ground: Ground): Promise<Findings> {
  const { users, fewUsers, runs, scriptUsers } = ground.sizes.audit;
  const many: Sweeps[] = [];
  const few: Sweeps[] = [];
  for (let run = 1; run <= runs; run++) {
    few.push(await sweepTenant(fewUsers, 0, ground));
    many.push(await sweepTenant(users, scriptUsers, ground));
  }
  const first = many.map((sweeps) => sweeps.first);
  const requests = median(first.map(({ graphRequests }) => graphRequests));
  const seconds = median(first.map((sweep) => sweep.seconds));
  const scriptSeconds = median(many.map((sweeps) => (sweeps.scriptSeconds * users) / scriptUsers));
  const peakOf = (all: readonly Sweeps[]): number[] => all.flatMap((sweeps) => sweeps.first.peakMb ?? []);
  const [peaks, fewPeaks] = [peakOf(many), peakOf(few)];
  const knowsMemory = peaks.length > 0 && fewPeaks.length > 0;
  return {
    measures: {
      'Graph requests': requests,
      seconds: spreadOf(first.map((sweep) => sweep.seconds)),
      'seconds of the sweep after it': spreadOf(many.map(({ next }) => next.seconds)),
      [`seconds with ${fewUsers} users`]: spreadOf(few.map((sweeps) => sweeps.first.seconds)),
      'script, seconds (scaled)': shown(scriptSeconds),
      ...(knowsMemory
        ? {
            'peak of the host, MB': spreadOf(peaks),
            [`peak of the host with ${fewUsers} users, MB`]: spreadOf(fewPeaks),
          }
        : {}),
      'CPU seconds': first.at(-1)?.cpuSeconds ?? {},
    },
    targets: [
      atMost('Graph requests', 1_110, requests),
      atLeast('times fewer requests than one GET for each user', 90, users / requests),
      atLeast('times as fast as one GET after another', 100, scriptSeconds / seconds),
      atMost(
        `MB of memory over the run with ${fewUsers} users`,
        40,
        knowsMemory ? median(peaks) - median(fewPeaks) : undefined,
      ),
    ],
    notes: [
      `${users} users, ${ENABLED_SHARE * 100} % of them enabled, without a licence for the registration report and without quotas.`,
      `The script asks for the state of ${scriptUsers} users, one GET after another; its time is scaled to all. It does not ask who is registered.`,
    ],
  };
}

function sweepTenant(users: number, scriptUsers: number, { now, onProgress }: Ground): Promise<Sweeps> {
  onProgress(`Starting a tenant of ${users} users.`);
  return onTestbed({ users }, async (testbed) => {
    const ids = await enableShare(testbed.graph, Math.round(users * ENABLED_SHARE));
    onProgress('The first sweep.');
    const first = await sweep(testbed, now);
    onProgress('The sweep after it.');
    const next = await sweep(testbed, now);
    if (scriptUsers === 0) return { first, next, scriptSeconds: 0 };
    onProgress('The script.');
    const startedAt = now();
    await scripts(testbed.stack.graphUrl).readOneByOne(ids.slice(0, scriptUsers));
    return { first, next, scriptSeconds: (now() - startedAt) / 1_000 };
  });
}

/** Disables users until as many are enabled as there are to be, and returns the ids of all users. */
async function enableShare(graph: GraphControl, enabled: number): Promise<string[]> {
  const users = await graph.users();
  const tooMany = users.filter(({ state }) => state === 'enabled').slice(enabled);
  for (const part of cut(tooMany, SET_AT_ONCE)) await Promise.all(part.map(({ id }) => graph.setState(id, 'disabled')));
  return users.map(({ id }) => id);
}

/** Has the host run the audit now, and waits for its end. @throws Error when it fails */
async function sweep({ stack, graph }: Testbed, now: () => number): Promise<SweepCost> {
  const host = stack.parts.hosts[0];
  if (host === undefined) throw new Error('There is no host.');
  const sweeps = sweepsIn(stack.tablesConnection);
  const before = (await newest(sweeps))?.sweep ?? 0;
  const { counters } = await graph.state();
  const cpu = await cpuOf(stack);
  const startedAt = now();
  await runNow(stack.hostUrl);
  let resumed = -1;
  for (;;) {
    const run = await newest(sweeps);
    if (run !== undefined && run.sweep > before) {
      if (run.status === 'failed') throw new Error(`The audit failed: ${run.problem}`);
      if (run.status === 'completed') break;
      // An invocation that runs out of time leaves the rest to the next one.
      if (run.problem !== null && run.resumed > resumed) {
        resumed = run.resumed;
        await runNow(stack.hostUrl);
      }
    }
    await delay(LOOK_EVERY_MS);
  }
  const seconds = (now() - startedAt) / 1_000;
  const cpuSeconds = cpuBetween(cpu, await cpuOf(stack));
  const memory = await memoryOf(host.pid);
  const use = graphUseBetween(counters, (await graph.state()).counters);
  return { seconds, graphRequests: use.httpRequests, peakMb: memory?.peakMb ?? memory?.residentMb, cpuSeconds };
}

async function runNow(hostUrl: string): Promise<void> {
  const response = await fetch(`${hostUrl}/admin/functions/sweepRegistrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 202) throw new Error(`The host does not run the audit: ${response.status}.`);
}

function sweepsIn(connectionString: string): SweepStore {
  return new SweepStore(async (name) => {
    const table = TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
    await table.createTable(); // where nothing was swept there is no table yet
    return table;
  });
}

async function newest(sweeps: SweepStore): Promise<SweepReport | undefined> {
  for await (const { report } of sweeps.newestFirst()) return report;
  return undefined;
}
