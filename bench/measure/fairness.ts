import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Findings, type Ground } from './benchmark.ts';
import { type Caller, callerOf } from './callers.ts';
import { enable } from './requests.ts';
import { median, spreadOf } from './samples.ts';
import { onTestbed, type Testbed } from './testbed.ts';

const USERS_PER_DISABLED = 1 / 0.59;
const WARM_UPS = 5;
/** A small change every second, so that a caller's express users last for the whole measurement. */
const PAUSE_MS = 700;
const SENT_AT_ONCE = 8;
/** A list that is too long to be express. */
const LIST_USERS = 150;
/** Seconds that a single user may take while another caller keeps the service busy. */
const MOST_SECONDS = 5;

/** How long a single user of one caller takes while another caller keeps the service busy. */
export async function fairness(ground: Ground): Promise<Findings> {
  const { lists, listUsers, dryRunUsers } = ground.sizes.fairness;
  const dryRuns = await onTestbed({ users: 2_000 + dryRunUsers, auth: 'entra' }, (testbed) =>
    duringDryRuns(testbed, ground),
  );
  const directory = Math.ceil((lists * listUsers + 500) * USERS_PER_DISABLED) + 500;
  const changes = await onTestbed({ users: directory, auth: 'entra', throttling: 'sliding' }, (testbed) =>
    duringLists(testbed, ground),
  );
  return {
    measures: {
      'alone, s': spreadOf(dryRuns.alone),
      'during dry runs, s': spreadOf(dryRuns.busy),
      [`a list of ${LIST_USERS} users during dry runs, s`]: dryRuns.list,
      'dry runs answered with 429': dryRuns.refused,
      'all dry runs, s': dryRuns.allSeconds,
      'alone, with the quota of writes, s': spreadOf(changes.alone),
      'during lists, s': spreadOf(changes.busy),
    },
    targets: [
      atMost('seconds for a single user during dry runs, the worst', MOST_SECONDS, Math.max(...dryRuns.busy)),
      atMost('seconds for a single user during lists, the worst', MOST_SECONDS, Math.max(...changes.busy)),
    ],
    notes: [
      `Times as long during dry runs, median: ${(median(dryRuns.busy) / median(dryRuns.alone)).toFixed(2)}.`,
      `Times as long during lists, median: ${(median(changes.busy) / median(changes.alone)).toFixed(2)}.`,
    ],
  };
}

interface Timed {
  /** Seconds of each single user while nothing else is done. */
  readonly alone: readonly number[];
  /** The same while the other caller's work is under way. */
  readonly busy: readonly number[];
}

/** One caller sends many dry runs, each small enough to be express; the other one changes single users. */
async function duringDryRuns(
  testbed: Testbed,
  { sizes, now, newId, onProgress }: Ground,
): Promise<Timed & { readonly list: number; readonly refused: number; readonly allSeconds: number }> {
  const { singles, dryRuns, dryRunUsers } = sizes.fairness;
  const [busy, quiet] = await twoCallers(testbed, newId);
  const unused = await testbed.disabledUsers();
  const people = unused.splice(0, dryRunUsers);
  const single = (): Promise<number> => timeOne(quiet, unused.splice(0, 1), now);
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await single();
  onProgress('Single users, alone.');
  const alone = await several(singles, single);

  onProgress(`Single users during ${dryRuns} dry runs of ${dryRunUsers} users.`);
  const startedAt = now();
  const ids: string[] = [];
  let toSend = dryRuns;
  const sending = Array.from({ length: SENT_AT_ONCE }, async () => {
    while (toSend-- > 0) ids.push(await busy.request({ ...enable(people), dryRun: true, reason: `Dry run ${toSend}` }));
  });
  let isDone = false;
  const finished = Promise.all(sending)
    .then(() => Promise.all(ids.map((id) => busy.over(id))))
    .then(() => {
      isDone = true;
    });
  let list: Promise<number> | undefined;
  const samples: number[] = [];
  while (!isDone) {
    if (ids.length >= dryRuns / 2) list ??= timeOne(quiet, unused.splice(0, LIST_USERS), now);
    samples.push(await single());
    onProgress(`${samples.at(-1)?.toFixed(2)} s, ${ids.length} dry runs accepted.`);
    await Promise.race([delay(PAUSE_MS), finished]);
  }
  await finished;
  const allSeconds = Math.round((now() - startedAt) / 1_000);
  return { alone, busy: samples, list: (await list) ?? 0, refused: busy.refused(), allSeconds };
}

/** One caller changes the users of long lists, as fast as Graph's quota allows; the other one changes single users. */
async function duringLists(testbed: Testbed, { sizes, now, newId, onProgress }: Ground): Promise<Timed> {
  const { singles, lists, listUsers } = sizes.fairness;
  const [busy, quiet] = await twoCallers(testbed, newId);
  const unused = await testbed.disabledUsers();
  const single = (): Promise<number> => timeOne(quiet, unused.splice(0, 1), now);
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await single();
  onProgress('Single users, alone, with the quota of writes.');
  const alone = await several(singles, single);

  onProgress(`Single users during ${lists} lists of ${listUsers} users.`);
  for (let list = 0; list < lists; list++) await busy.request(enable(unused.splice(0, listUsers)));
  const samples = await several(singles, async () => {
    const seconds = await single();
    onProgress(`${seconds.toFixed(2)} s`);
    await delay(PAUSE_MS);
    return seconds;
  });
  return { alone, busy: samples };
}

function twoCallers({ stack, graph }: Testbed, newId: () => string): Promise<[Caller, Caller]> {
  const { apiUrl } = stack;
  return Promise.all([callerOf(apiUrl, graph, newId()), callerOf(apiUrl, graph, newId())]);
}

async function several(times: number, measure: () => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  while (found.length < times) found.push(await measure());
  return found;
}

/** Seconds from sending a request until its operation has finished. */
async function timeOne(caller: Caller, ids: readonly string[], now: () => number): Promise<number> {
  const startedAt = now();
  await caller.over(await caller.request(enable(ids)));
  return (now() - startedAt) / 1_000;
}
