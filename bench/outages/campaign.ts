import { setTimeout as delay } from 'node:timers/promises';
import { runScenario, type ScenarioEffects, type ScenarioResult } from './runScenario.ts';
import type { Scenario } from './scenario.ts';

/** From this length on, an outage mostly waits. */
const LONG_SECONDS = 600;
/** A long outage starts so long after the one before, because a stack takes processor time to start. */
const STAGGER_MS = 6_000;

export interface CampaignOptions {
  readonly scenarios: readonly Scenario[];
  readonly users: number;
  /** How many short outages run at the same time. */
  readonly parallel: number;
}

export interface CampaignEffects extends Omit<ScenarioEffects, 'onLine'> {
  readonly onLine: (scenario: Scenario, part: string, line: string) => void;
  readonly onResult: (result: ScenarioResult) => void;
  readonly onProgress: (text: string) => void;
}

/** Runs all outages, each on a stack of its own: the long ones all at the same time, the short ones beside them. */
export async function runCampaign(
  { scenarios, users, parallel }: CampaignOptions,
  effects: CampaignEffects,
): Promise<ScenarioResult[]> {
  const run = async (scenario: Scenario): Promise<ScenarioResult> => {
    effects.onProgress(`${nameOf(scenario)} begins.`);
    const onLine = (part: string, line: string): void => effects.onLine(scenario, part, line);
    const result = await runScenario(scenario, users, { ...effects, onLine }).catch((error: unknown) =>
      brokenOff(scenario, users, error),
    );
    effects.onResult(result);
    return result;
  };
  const long = scenarios.filter(({ seconds }) => seconds >= LONG_SECONDS);
  const short = scenarios.filter(({ seconds }) => seconds < LONG_SECONDS);
  const longRuns = long.map(async (scenario, index) => {
    await delay(index * STAGGER_MS);
    return run(scenario);
  });
  const waiting = [...short];
  const shortRuns = Array.from({ length: parallel }, async (_, index): Promise<ScenarioResult[]> => {
    const results: ScenarioResult[] = [];
    await delay(long.length * STAGGER_MS + index * STAGGER_MS);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await run(next));
    return results;
  });
  return [...(await Promise.all(longRuns)), ...(await Promise.all(shortRuns)).flat()];
}

export function nameOf({ outage, phase, seconds }: Scenario): string {
  return `${outage.name} ${phase} ${seconds}s`;
}

/** The result of an outage that could not be run to its end: nothing is known to be right. */
function brokenOff({ outage, phase, seconds }: Scenario, users: number, error: unknown): ScenarioResult {
  return {
    outage: outage.name,
    phase,
    seconds,
    users,
    applied: 0,
    failed: users,
    lost: 0,
    auditDuplicates: 0,
    otherFindings: 0,
    settledSeconds: null,
    drainedSeconds: null,
    requests: 0,
    causesLogged: 0,
    namelessErrors: 0,
    problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  };
}
