import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Stack, startStack } from '../../local/stack.ts';
import { readSettings } from '../../shared/config.ts';
import { tablesOf } from '../../shared/tables/tables.ts';
import { type FuzzResult, runFuzz } from './campaign.ts';
import { QUIET_SETTINGS } from './settings.ts';

const HELP = `npm run fuzz -- [--requests N] [--seed S] [--json]

Starts the service with everything it needs, sends generated requests to all routes, with tokens of every kind, and checks
every answer: no 5xx, errors in the format of this API, no access beyond the caller's roles, and no traces of refused
requests in tables and queues.

  --requests N  number of requests (20000)
  --seed S      seed of the generated requests (1)
  --json        print one line of JSON to stdout, last; progress goes to stderr
  --help        this text

The exit code is 0 when all answers were right.`;

const queuesSchema = z.record(z.string(), z.object({ enqueued: z.number() }));

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else {
  const count = z.coerce.number().int();
  const options = { requests: count.min(1).safeParse(values.requests), seed: count.min(0).safeParse(values.seed) };
  if (options.requests.success && options.seed.success)
    process.exitCode = await main(options.requests.data, options.seed.data);
  else {
    console.error(HELP);
    process.exitCode = 1;
  }
}

async function main(requests: number, seed: number): Promise<number> {
  const startedAt = performance.now();
  const stack = await startStack({
    users: 500,
    auth: 'entra',
    graphArgs: ['--throttling', 'off'],
    settings: QUIET_SETTINGS,
  });
  try {
    const result = await runFuzz(targetOf(stack), {
      requests,
      seed,
      onProgress: (sent) => console.error(`${sent} requests sent`),
    });
    report(result, Math.round((performance.now() - startedAt) / 1000));
    return result.failures.length + result.traces.length === 0 ? 0 : 1;
  } finally {
    await stack.close();
  }
}

function targetOf(stack: Stack) {
  return {
    hostUrl: stack.hostUrl,
    graphUrl: stack.graphUrl,
    open: tablesOf(readSettings(stack.settings)),
    enqueued: async () => {
      const queues = queuesSchema.parse(await (await fetch(`${stack.serviceBusControlUrl}/queues`)).json());
      return Object.fromEntries(Object.entries(queues).map(([name, { enqueued }]) => [name, enqueued]));
    },
  };
}

function report({ failures, traces, ...counts }: FuzzResult, seconds: number): void {
  for (const failure of failures.slice(0, 20)) console.error(JSON.stringify(failure));
  for (const trace of traces.slice(0, 20)) console.error(trace);
  const summary = { ...counts, failures: failures.length, traces: traces.length, seconds };
  if (values.json) console.log(JSON.stringify(summary));
  else {
    console.log(`${counts.requests} requests over ${counts.routes.length} routes in ${seconds} s.`);
    console.log(`Answers by status: ${JSON.stringify(counts.statuses)}. Operations accepted: ${counts.accepted}.`);
    console.log(`Wrong answers: ${failures.length}. Traces of refused requests: ${traces.length}.`);
  }
}
