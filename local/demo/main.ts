import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { ApiError } from '../apiClient.ts';
import { graphControl } from '../graph/control.ts';
import { UsageError } from '../options.ts';
import { explain } from '../oracle/explain.ts';
import type { Finding } from '../oracle/finding.ts';
import { gatherEvidence, statesOf } from '../oracle/gatherEvidence.ts';
import { judge } from '../oracle/judge.ts';
import { type Stack, startStack } from '../stack.ts';
import { drawList, toCsv } from './list.ts';
import { nextSteps } from './nextSteps.ts';
import { type DemoOptions, HELP, readOptions } from './options.ts';
import { ProgressDisplay } from './progress.ts';
import { type RegistrationResult, runRegistration } from './registration.ts';
import { agreementText, registrationText, reportText } from './report.ts';
import { type DemoRequest, type DemoResult, runDemo } from './run.ts';
import { summaryOf } from './summary.ts';

const REASON = 'Rollout of multifactor authentication, wave 1';
/** A hundredth of a second: who registers and stays enabled is found to be stuck by the next sweep already. */
const STUCK_AFTER_DAYS = '0.0000001';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else process.exitCode = await demo(options);
} catch (error) {
  console.error(error instanceof ApiError || error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

/** Runs the demo and returns the exit code. */
async function demo(options: DemoOptions): Promise<number> {
  const { list, users, seed, state } = options;
  const drawn = drawList(options, 'size' in list ? list.size : Math.floor(users / 2));
  const request: DemoRequest = {
    csv: 'file' in list ? await readList(list.file) : toCsv(drawn.references),
    state,
    reason: REASON,
  };

  const progress = new ProgressDisplay(options.json ? process.stderr : process.stdout, () => performance.now());
  progress.step(`Starting the service and everything it needs, with a directory of ${users} users.`);
  const starting = startStack({
    users,
    seed,
    settings: {
      PROTECTED_USERS: drawn.protectedUsers.join(','),
      PROMOTE_REGISTERED: String(options.promote),
      STUCK_AFTER_DAYS,
    },
  });
  const interruption = stopOnSignal(starting);
  const stack = await starting;
  try {
    const size = 'file' in list ? list.file : `a CSV file of ${drawn.references.length} references`;
    const graph = graphControl(stack.graphUrl);
    const before = statesOf(await graph.users());
    const ledgerBefore = (await graph.state()).ledgerEntries;
    progress.step(`Sending ${size}, to be set to ${state}.`);
    const result = await runDemo(stack, request, {
      now: () => performance.now(),
      onProgress: (standing, seconds, final) => progress.show(standing, seconds, final),
    });
    progress.end();
    progress.step('Letting some of the enabled users register, and running registration sweeps.');
    const registration = await runRegistration(stack, result.items, () => performance.now());
    const references = 'file' in list ? undefined : drawn.references;
    const evidence = await gatherEvidence(
      {
        asked: [{ id: result.operation.id, accepted: true, references }],
        before,
        ledgerBefore,
        faultFree: true,
        registered: registration.registeredIds,
        swept: true,
      },
      { apiUrl: stack.apiUrl, graph, tablesConnection: stack.tablesConnection },
    );
    const findings = judge(evidence);
    show(result, registration, findings, options);
    for (const line of explain(findings, evidence)) console.error(line);
    return findings.length === 0 ? 0 : 1;
  } catch (error) {
    // Whatever failed because the stack is being stopped is no news.
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    throw error;
  } finally {
    progress.end();
    await stack.close();
  }
}

function show(
  result: DemoResult,
  registration: RegistrationResult,
  findings: readonly Finding[],
  { json, users, seed }: DemoOptions,
): void {
  if (json) console.log(JSON.stringify(summaryOf(result, registration, findings)));
  else {
    const { stdout } = process;
    const paper = { columns: stdout.columns ?? 100, colours: stdout.isTTY && stdout.hasColors() };
    const texts = [reportText(result, paper), registrationText(registration, paper), agreementText(findings)];
    console.log(`\n${texts.join('\n')}\n\n${nextSteps(result.items, { users, seed })}`);
  }
}

/** @throws UsageError when there is no such file, or it cannot be read */
async function readList(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') throw new UsageError(`The file ${file} does not exist.`, { cause });
    throw new UsageError(`The file ${file} cannot be read: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
}

/** Stops everything that was started on Ctrl-C and the like. The exit code is set once that has happened. */
function stopOnSignal(starting: Promise<Stack>): { readonly exitCode: number | undefined } {
  const interruption: { exitCode: number | undefined } = { exitCode: undefined };
  const stop = (signal: NodeJS.Signals): void => {
    interruption.exitCode = 128 + constants.signals[signal];
    void starting.then((stack) => stack.close()).catch(() => {}); // the caller that waits for the start gets the error
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return interruption;
}
