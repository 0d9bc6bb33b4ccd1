import { createWriteStream } from 'node:fs';
import { UsageError } from '../../local/options.ts';
import { nameOf, runCampaign } from './campaign.ts';
import { HELP, type OutagesOptions, readOptions } from './options.ts';
import { reportOf } from './report.ts';
import { scenariosOf } from './scenario.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

/** Returns the exit code. */
async function run(options: OutagesOptions): Promise<number> {
  const file = options.log === undefined ? undefined : createWriteStream(options.log);
  const time = (): string => new Date().toISOString().slice(11, 23);
  const results = await runCampaign(
    { ...options, scenarios: scenariosOf(options) },
    {
      now: Date.now,
      random: Math.random,
      onLine: (scenario, part, line) => void file?.write(`${time()} [${nameOf(scenario)}] ${part}: ${line}\n`),
      onResult: (result) => console.error(`${time()} ${JSON.stringify(result)}`),
      onProgress: (text) => console.error(`${time()} ${text}`),
    },
  );
  file?.end();
  if (options.json) for (const result of results) console.log(JSON.stringify(result));
  else console.log(reportOf(results));
  return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
}
