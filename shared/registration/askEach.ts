import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import type { MissingReason, Read } from '../graph/read.ts';
import { cut } from '../groupBy.ts';
import type { SweepGraph } from './sweepGraph.ts';

const BATCHES_AT_ONCE = 4;

/** A user is given up after so many failures, each while Graph answered for another user. */
const GIVE_UP_AFTER = 6;
/** A sweep must not wait without an end when Graph answers for none of a few users. Many users are an outage. */
const GIVE_UP_FEW_AFTER = 12;

/** A user whose facts Graph does not show, and why. */
export interface GivenUpUser {
  readonly id: string;
  readonly reason: MissingReason;
}

/**
 * Asks Graph about users, four full batches at a time, and repeats the request for a user until there is an answer. When
 * Graph fails for a user again and again, or the answer cannot be read, the user is given up.
 * @param read asks about at most 20 users
 * @param take receives each answer
 * @param what names the facts that are read, for the message of the error
 * @returns the users who were given up
 * @throws OutOfTimeError when the invocation runs out of time before all users have an answer
 */
export async function askEach<T>(
  ids: readonly string[],
  read: (part: readonly string[]) => Promise<ReadonlyMap<string, Read<T>>>,
  take: (id: string, answer: Exclude<Read<T>, { kind: 'retry' }>) => void,
  { graph, what }: { readonly graph: SweepGraph; readonly what: string },
): Promise<GivenUpUser[]> {
  const givenUp: GivenUpUser[] = [];
  const failures = new Failures();
  /** The last user with an answer, who is asked about again beside users who fail. */
  let witness: readonly string[] = [];
  let open = [...ids];
  for (let attempt = 0; open.length > 0; ) {
    await graph.giveWay();
    const some = open.slice(0, BATCH_MAX_REQUESTS * BATCHES_AT_ONCE);
    const { answers, isAnswering } = await askOnce(failures.areAll(some) ? [...some, ...witness] : some, read);
    const unanswered: Retry[] = [];
    for (const id of some) {
      const answer = answers.get(id) ?? MISSING;
      if (answer.kind !== 'retry') {
        witness = [id];
        take(id, answer);
        continue;
      }
      const hopeless = failures.add(id, answer.reason, { isAnswering, open: open.length });
      if (hopeless === undefined) unanswered.push({ ...answer, id });
      else givenUp.push({ id, reason: hopeless });
    }
    open = [...unanswered.map(({ id }) => id), ...open.slice(some.length)];
    if (unanswered.length === 0) attempt = 0;
    else await graph.beforeAttempt(attempt++, longestWait(unanswered), what);
  }
  return givenUp;
}

async function askOnce<T>(
  ids: readonly string[],
  read: (part: readonly string[]) => Promise<ReadonlyMap<string, Read<T>>>,
): Promise<{ answers: ReadonlyMap<string, Read<T>>; isAnswering: boolean }> {
  const parts = await Promise.all(cut(ids, BATCH_MAX_REQUESTS).map(read));
  const answers = new Map(parts.flatMap((part) => [...part]));
  return { answers, isAnswering: [...answers.values()].some(({ kind }) => kind !== 'retry') };
}

interface Retry {
  readonly id: string;
  readonly retryAfterMs: number | undefined;
}

const MISSING = { kind: 'retry', retryAfterMs: undefined, reason: undefined } as const;

function longestWait(users: readonly Retry[]): number | undefined {
  const waits = users.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** How often Graph has failed for each user alone. */
class Failures {
  readonly #counts = new Map<string, { total: number; whileAnswering: number }>();

  areAll(ids: readonly string[]): boolean {
    return ids.every((id) => this.#counts.has(id));
  }

  /**
   * Counts a failure.
   * @param reason undefined when the failure does not concern this user alone, and is not counted
   * @param round whether Graph answered for another user meanwhile, and how many users have no answer yet
   * @returns the reason to give the user up; undefined to continue
   */
  add(
    id: string,
    reason: MissingReason | undefined,
    { isAnswering, open }: { readonly isAnswering: boolean; readonly open: number },
  ): MissingReason | undefined {
    if (reason === undefined) return undefined;
    const { total, whileAnswering } = this.#counts.get(id) ?? { total: 0, whileAnswering: 0 };
    const count = { total: total + 1, whileAnswering: whileAnswering + (isAnswering ? 1 : 0) };
    this.#counts.set(id, count);
    const isFew = open <= BATCH_MAX_REQUESTS;
    const isHopeless = count.whileAnswering >= GIVE_UP_AFTER || (isFew && count.total >= GIVE_UP_FEW_AFTER);
    return isHopeless ? reason : undefined;
  }
}
