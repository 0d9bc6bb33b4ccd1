import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { explain } from '../../local/oracle/explain.ts';
import { countFindings } from '../../local/oracle/finding.ts';
import { gatherEvidence, statesOf } from '../../local/oracle/gatherEvidence.ts';
import { judge } from '../../local/oracle/judge.ts';
import { busControl } from '../../local/service-bus/busControl.ts';
import { beginIn, countStoredDeadLetters, UNREADABLE_MESSAGES } from './begin.ts';
import { type Causes, causesOf } from './causes.ts';
import type { Phase, Scenario, Service } from './scenario.ts';
import { untilSettled } from './settled.ts';
import { type Surroundings, startSurroundings } from './surroundings.ts';

/** The result of one outage. */
export interface ScenarioResult {
  readonly outage: string;
  readonly phase: string;
  readonly seconds: number;
  readonly users: number;
  readonly applied: number;
  /** Users with another outcome, or none. */
  readonly failed: number;
  /** References and operations that are missing or have not finished, and dead letters that are not stored. */
  readonly lost: number;
  readonly auditDuplicates: number;
  /** Other disagreements between outcomes, audit record and ledger. */
  readonly otherFindings: number;
  /** From the end of the outage until the operation had finished and was recorded; null if that took too long. */
  readonly settledSeconds: number | null;
  /** From the end of the outage until no message was left as well; null if that took too long. */
  readonly drainedSeconds: number | null;
  /** How often the request was sent until it was accepted. */
  readonly requests: number;
  /** Lines of the log that name the cause. */
  readonly causesLogged: number;
  readonly namelessErrors: number;
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

export interface ScenarioEffects {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  readonly onLine: (part: string, line: string) => void;
}

/** Users must be settled within this time after the end of an outage. */
const SETTLE_WITHIN_SECONDS = 60;
/** A message that could not be completed comes back when its lock expires, after five minutes at most. */
const DRAIN_WITHIN_SECONDS = 5 * 60 + SETTLE_WITHIN_SECONDS;
const GIVE_UP_SETTLING_MS = 15 * 60_000;
/** Of the simulated users, three in five are disabled. */
const USERS_PER_DISABLED = 1 / 0.59;
/** So slow that a phase lasts long enough to be met. */
const GRAPH_LATENCY_MS = 200;
/** From this length on, the log must name the cause, in the phases in which the app sends requests to the service. */
const LOGGED_FROM_SECONDS = 30;
const NEEDED_IN: Readonly<Record<Service, readonly Phase[]>> = {
  tables: ['accept', 'plan', 'apply', 'end'],
  queue: ['accept', 'plan'], // the host receives, and logs itself that it cannot
  graph: ['accept', 'plan', 'apply'],
  signIn: ['accept', 'plan', 'apply'],
};

/** Runs the whole service through one outage. @param users whose state is changed */
export async function runScenario(
  scenario: Scenario,
  users: number,
  effects: ScenarioEffects,
): Promise<ScenarioResult> {
  const causes = causesOf(scenario.outage.cause);
  const surroundings = await startSurroundings({
    ...effects,
    outage: scenario.outage,
    users: Math.ceil(users * USERS_PER_DISABLED) + 100,
    graphLatencyMs: GRAPH_LATENCY_MS,
    onLine: (part, line) => {
      causes.read(part, line);
      effects.onLine(part, line);
    },
  });
  try {
    return await goThrough(scenario, users, { surroundings, causes, effects });
  } finally {
    await surroundings.close();
  }
}

interface Running {
  readonly surroundings: Surroundings;
  readonly causes: Causes;
  readonly effects: ScenarioEffects;
}

async function goThrough(scenario: Scenario, users: number, running: Running): Promise<ScenarioResult> {
  const { surroundings, causes, effects } = running;
  const { stack } = surroundings;
  const graph = graphControl(stack.graphUrl);
  await graph.changeSettings({ promotionDelayMs: null });
  const change = { id: randomUUID(), users: await disabledUsers(graph, users) };
  const before = statesOf(await graph.users());
  const ledgerBefore = (await graph.state()).ledgerEntries;

  const { accepted } = await beginIn(scenario.phase, change, { surroundings, graph });
  await delay(scenario.seconds * 1_000);
  await surroundings.end();
  const endedAt = effects.now();
  const requests = await accepted;
  const bus = busControl(stack.serviceBusControlUrl);
  const acceptedMs = effects.now() - endedAt;
  const watched = { id: change.id, users, apiUrl: stack.apiUrl, tablesConnection: stack.tablesConnection };
  const { settledMs, drainedMs } = await untilSettled(watched, { bus, now: effects.now }, GIVE_UP_SETTLING_MS);
  const inSeconds = (ms: number | undefined): number | null =>
    ms === undefined ? null : Math.round((acceptedMs + ms) / 100) / 10;

  const asked = [{ id: change.id, accepted: true, references: change.users }];
  const evidence = await gatherEvidence(
    { asked, before, ledgerBefore, faultFree: false, registered: new Set(), swept: false },
    { apiUrl: stack.apiUrl, graph, tablesConnection: stack.tablesConnection },
  );
  const findings = judge(evidence);
  const counts = countFindings(findings);
  const { lost, stuckOperations, withoutOutcome, auditDuplicate } = counts;
  const expectedDeadLetters = scenario.phase === 'end' ? UNREADABLE_MESSAGES : 0;
  const deadLetters = await countStoredDeadLetters(stack);
  const applied = evidence.operations[0]?.known?.report.counts.applied ?? 0;
  const figures = {
    applied,
    failed: users - applied,
    lost: lost + stuckOperations + withoutOutcome + Math.abs(expectedDeadLetters - deadLetters),
    auditDuplicates: auditDuplicate,
    otherFindings: findings.length - lost - stuckOperations - withoutOutcome - auditDuplicate,
    settledSeconds: inSeconds(settledMs),
    drainedSeconds: inSeconds(drainedMs),
    causesLogged: causes.named,
    namelessErrors: causes.nameless.length,
  };
  return {
    outage: scenario.outage.name,
    phase: scenario.phase,
    seconds: scenario.seconds,
    users,
    requests,
    ...figures,
    problems: [
      ...problemsOf(figures, scenario),
      ...(applied === users ? [] : [JSON.stringify(evidence.operations[0]?.known?.report.counts)]),
      ...causes.nameless.slice(0, 3),
      ...explain(findings, evidence),
    ],
  };
}

async function disabledUsers(graph: GraphControl, count: number): Promise<string[]> {
  const disabled = (await graph.users()).filter(({ state, upn }) => state === 'disabled' && !upn.startsWith('Sync_'));
  if (disabled.length < count) throw new Error('The directory has too few disabled users.');
  return disabled.slice(0, count).map(({ id }) => id);
}

type Figures = Omit<ScenarioResult, 'outage' | 'phase' | 'seconds' | 'users' | 'requests' | 'problems'>;

/** What is wrong with the figures of an outage, in words. */
export function problemsOf(figures: Figures, { outage, phase, seconds }: Scenario): string[] {
  const { failed, lost, auditDuplicates, otherFindings, settledSeconds, drainedSeconds } = figures;
  const { causesLogged, namelessErrors } = figures;
  const within = (seconds: number | null, most: number): boolean => seconds !== null && seconds <= most;
  const problems: string[] = [];
  const check = (isWrong: boolean, problem: string): void => void (isWrong && problems.push(problem));
  check(failed !== 0, `${failed} users are not changed.`);
  check(lost !== 0, `${lost} operations, references or dead letters are lost.`);
  check(auditDuplicates !== 0, `${auditDuplicates} audit entries are there twice.`);
  check(otherFindings !== 0, `Outcomes, audit record and ledger disagree ${otherFindings} times.`);
  check(
    !within(settledSeconds, SETTLE_WITHIN_SECONDS),
    `The operation settled ${settledSeconds ?? 'more than 900'} s after the outage.`,
  );
  check(
    !within(drainedSeconds, DRAIN_WITHIN_SECONDS),
    `Messages were left until ${drainedSeconds ?? 'more than 900'} s after the outage.`,
  );
  check(namelessErrors !== 0, `${namelessErrors} errors in the log have no text.`);
  const isNeeded = NEEDED_IN[outage.service].includes(phase);
  check(isNeeded && seconds >= LOGGED_FROM_SECONDS && causesLogged === 0, 'The log does not name the cause.');
  return problems;
}
