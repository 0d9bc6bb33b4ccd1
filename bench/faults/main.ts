import { createWriteStream } from 'node:fs';
import { UsageError } from '../../local/options.ts';
import { explain } from '../../local/oracle/explain.ts';
import { findingKinds } from '../../local/oracle/finding.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { describeKinds, plannedKinds } from './faultKinds.ts';
import { type CampaignSize, type FaultsOptions, HELP, readOptions } from './options.ts';
import { drawPlan } from './plan.ts';
import regressions from './regressions.json' with { type: 'json' };

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else if (options.plan) console.log(JSON.stringify(drawPlan(options), undefined, 1));
  else process.exitCode = await runAll(options.regressions ? regressions : [options], options);
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

/** Runs campaigns one after another, and returns the exit code: 0 when nothing was wrong in any of them. */
async function runAll(campaigns: readonly CampaignSize[], { json, log }: FaultsOptions): Promise<number> {
  const file = log === undefined ? undefined : createWriteStream(log);
  const onLine = (part: string, line: string): void => {
    file?.write(`${new Date().toISOString().slice(11, 23)} ${part}: ${line}\n`);
  };
  let clean = true;
  for (const campaign of campaigns) {
    const result = await runCampaign(campaign, {
      now: () => performance.now(),
      onProgress: (text) => {
        console.error(text);
        onLine('campaign', text);
      },
      ...(file === undefined ? {} : { onLine }),
    });
    for (const line of [...result.surprises, ...explain(result.findings, result.evidence)]) console.error(line);
    if (json) for (const line of describeKinds(plannedKinds, result.summary.kinds)) console.error(line);
    for (const kind of result.missing) console.error(`${kind} was planned, and never happened.`);
    console.log(json ? JSON.stringify(result.summary) : describe(result));
    clean &&= result.findings.length + result.surprises.length + result.missing.length === 0;
  }
  file?.end();
  return clean ? 0 : 1;
}

function describe({ summary, findings }: CampaignResult): string {
  const { seed, operations, references, graphRequests, tableRequests, redeliveries, seconds } = summary;
  return [
    `Seed ${seed}: ${operations} operations on ${references} references, in ${seconds} s.`,
    `Requests to Graph: ${graphRequests}, to Table Storage: ${tableRequests}. Messages delivered again: ${redeliveries}.`,
    ...describeKinds(plannedKinds, summary.kinds),
    findings.length === 0
      ? 'Everything agrees with the ledger: nothing lost, nothing twice.'
      : findingKinds.map((kind) => `${kind}: ${summary[kind]}`).join(', '),
  ].join('\n');
}
