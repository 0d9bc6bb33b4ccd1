import { setTimeout as delay } from 'node:timers/promises';
import { tablePortOf, throughProxy } from '../faults/tableProxy.ts';
import { atMost, type Findings, type Ground } from './benchmark.ts';
import { countsBetween, mapCounts, sumOf } from './counts.ts';
import { cpuBetween, cpuOf } from './cpu.ts';
import { graphUseBetween } from './graphUse.ts';
import { enable, requestChange } from './requests.ts';
import { shown } from './samples.ts';
import { startTableCounter, type TableCounter } from './tableCounter.ts';
import { onTestbed } from './testbed.ts';

const SECONDS_PER_HOUR = 3_600;
const WARM_UP_USERS = 20;

/** The activity of an idle service, scaled to an hour. */
export async function idle({ sizes, onProgress }: Ground): Promise<Findings> {
  const { seconds } = sizes.idle;
  let counter: TableCounter | undefined;
  const options = {
    users: 200,
    tablesThrough: async (connectionString: string) => {
      counter = await startTableCounter(tablePortOf(connectionString));
      return throughProxy(connectionString, counter);
    },
  };
  try {
    return await onTestbed(options, async ({ stack, graph, drained, disabledUsers }) => {
      // Idle is a service that has worked, not one that was never used.
      await requestChange(stack.apiUrl, enable((await disabledUsers()).slice(0, WARM_UP_USERS)));
      await drained();
      onProgress(`Waiting for ${seconds} s.`);
      const tables = counter?.counts() ?? {};
      const { counters } = await graph.state();
      const cpu = await cpuOf(stack);
      await delay(seconds * 1_000);
      const cpuSeconds = cpuBetween(cpu, await cpuOf(stack));
      const use = graphUseBetween(counters, (await graph.state()).counters);
      const scale = SECONDS_PER_HOUR / seconds;
      const requests = mapCounts(countsBetween(tables, counter?.counts() ?? {}), (count) => count * scale);
      return {
        measures: {
          'seconds watched': seconds,
          'Graph requests, an hour': use.httpRequests * scale,
          'table requests, an hour': sumOf(requests),
          'table requests, an hour, by kind': requests,
          'CPU seconds, an hour': mapCounts(cpuSeconds, (spent) => shown(spent * scale)),
        },
        targets: [atMost('Graph requests outside the scheduled audit', 0, use.httpRequests)],
        notes: [
          `Watched for ${seconds} s and scaled to an hour. The registration sweep is left out; what looks for operations that broke off runs every two minutes.`,
        ],
      };
    });
  } finally {
    await counter?.close();
  }
}
