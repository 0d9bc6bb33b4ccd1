import { setTimeout as delay } from 'node:timers/promises';
import { apiClient } from '../../local/apiClient.ts';
import { atLeast, atMost, type Findings, type Ground, type Target } from './benchmark.ts';
import { oddKinds } from './oddKinds.ts';
import { sweepTenant } from './oddSweep.ts';
import { enable, requestChange, untilOver } from './requests.ts';
import { median, shown, spreadOf } from './samples.ts';
import { onTestbed, type Testbed } from './testbed.ts';

const WARM_UP_USERS = 1_000;
/** Of the simulated users, three in five are disabled. A few more are needed than that. */
const USERS_PER_DISABLED = 1 / 0.59;
const LOOK_EVERY_MS = 50;
const FINISHED_WITHIN_MS = 10 * 60_000;
/** The others may take this many times as long as without an odd user. */
const MOST = 1.2;

/** How much one odd user among many delays the others, by kind of oddity. */
export async function oddUsers(ground: Ground): Promise<Findings> {
  const { users, runs, sweptUsers } = ground.sizes.oddUsers;
  const operations = 2 * runs * oddKinds.length;
  const directory = Math.ceil((WARM_UP_USERS + operations * users) * USERS_PER_DISABLED) + 500;
  const timed = await onTestbed({ users: directory }, (testbed) => timeAll(testbed, ground));
  ground.onProgress('Sweeping a tenant without odd users.');
  const usual = await sweepTenant(sweptUsers, false, ground.now);
  ground.onProgress('Sweeping a tenant with odd users.');
  const odd = await sweepTenant(sweptUsers, true, ground.now);

  const measures: Record<string, ReturnType<typeof spreadOf> | number> = {
    'sweep without odd users, s': shown(usual.seconds),
    'sweep with an odd user of each kind, s': shown(odd.seconds),
  };
  const targets: Target[] = [];
  for (const [kind, pairs] of timed.pairs) {
    measures[`${kind}: without, s`] = spreadOf(pairs.map(({ without }) => without));
    measures[`${kind}: the others, s`] = spreadOf(pairs.map(({ others }) => others));
    const ratio = median(pairs.map(({ without, others }) => others / without));
    targets.push(atMost(`times as long for the others: ${kind}`, MOST, ratio));
  }
  targets.push(atLeast('sweeps that complete, of 2', 2, [usual, odd].filter(({ isCompleted }) => isCompleted).length));
  return {
    measures,
    targets,
    notes: [
      `${users} users are enabled by each request; the time runs until all others are changed.`,
      ...timed.outcomes,
      ...odd.notes.map((note) => `Note of the sweep with odd users: ${note}`),
    ],
  };
}

/** Two requests, one right after the other: what the machine does besides changes from minute to minute. */
interface Pair {
  /** Seconds of a request without an odd user. */
  readonly without: number;
  /** Seconds of a request with one, until the others had finished. */
  readonly others: number;
}

interface Timed {
  /** By kind of the odd user. */
  readonly pairs: ReadonlyMap<string, readonly Pair[]>;
  /** The result for each odd user, in words. */
  readonly outcomes: readonly string[];
}

interface OddRequest {
  readonly operation: string;
  readonly kind: string;
  readonly id: string;
}

async function timeAll(testbed: Testbed, { sizes, now, onProgress }: Ground): Promise<Timed> {
  const { users, runs } = sizes.oddUsers;
  const { apiUrl } = testbed.stack;
  const unused = await testbed.disabledUsers();
  const pairs = new Map<string, Pair[]>();
  const requests: OddRequest[] = [];
  const change = async (ids: readonly string[], expected: number): Promise<{ operation: string; seconds: number }> => {
    const startedAt = now();
    const operation = await requestChange(apiUrl, enable(ids));
    await untilApplied(apiUrl, operation, expected, now);
    return { operation, seconds: (now() - startedAt) / 1_000 };
  };

  onProgress('Warming up.');
  await change(unused.splice(0, WARM_UP_USERS), WARM_UP_USERS);
  for (const { name, make } of oddKinds) {
    const ofKind: Pair[] = [];
    for (let run = 1; run <= runs; run++) {
      const without = await change(unused.splice(0, users), users);
      const ids = unused.splice(0, users);
      const id = ids[Math.floor(users / 2)] ?? '';
      await make(testbed.graph, id);
      const { operation, seconds } = await change(ids, users - 1);
      ofKind.push({ without: without.seconds, others: seconds });
      requests.push({ operation, kind: name, id });
      onProgress(`${name}: ${shown(without.seconds)} s without, ${shown(seconds)} s for the others.`);
    }
    pairs.set(name, ofKind);
  }
  onProgress('Waiting for the results of the odd users.');
  const outcomes: string[] = [];
  for (const request of requests) {
    const outcome = await outcomeOf(request, apiUrl, now);
    onProgress(outcome);
    outcomes.push(outcome);
  }
  return { pairs, outcomes };
}

/** @throws Error when it takes too long */
async function untilApplied(apiUrl: string, id: string, expected: number, now: () => number): Promise<void> {
  const api = apiClient(apiUrl);
  for (const deadline = now() + FINISHED_WITHIN_MS; now() < deadline; await delay(LOOK_EVERY_MS))
    if (((await api.operation(id)).counts.applied ?? 0) >= expected) return;
  throw new Error(`Not all of ${expected} users were changed: ${JSON.stringify(await api.operation(id))}`);
}

async function outcomeOf({ operation, kind, id }: OddRequest, apiUrl: string, now: () => number): Promise<string> {
  const startedAt = now();
  await untilOver(apiUrl, operation, async () => {
    if (now() - startedAt > FINISHED_WITHIN_MS) throw new Error(`The request with ${kind} does not end.`);
    await delay(LOOK_EVERY_MS);
  });
  for await (const { userId, outcome, detail } of apiClient(apiUrl).items(operation))
    if (userId === id) return `${kind}: ${outcome}${detail?.code === undefined ? '' : ` (${detail.code})`}.`;
  throw new Error(`The request with ${kind} has no result for its odd user.`);
}
