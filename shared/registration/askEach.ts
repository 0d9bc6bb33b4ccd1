import { BATCH_MAX_REQUESTS } from '../graph/batch.ts';
import type { Read } from '../graph/read.ts';
import { cut } from '../groupBy.ts';
import type { SweepGraph } from './sweepGraph.ts';

const BATCHES_AT_ONCE = 4;

/**
 * Asks Graph about users, four full batches at a time, and repeats the request for a user until there is an answer.
 * @param read asks about at most 20 users
 * @param take receives each answer
 * @param what names the facts that are read, for the message of the error
 * @throws OutOfTimeError when the invocation runs out of time before all users have an answer
 */
export async function askEach<T>(
  ids: readonly string[],
  read: (part: readonly string[]) => Promise<ReadonlyMap<string, Read<T>>>,
  take: (id: string, answer: Exclude<Read<T>, { kind: 'retry' }>) => void,
  { graph, what }: { readonly graph: SweepGraph; readonly what: string },
): Promise<void> {
  let open = [...ids];
  for (let attempt = 0; open.length > 0; ) {
    await graph.giveWay();
    const some = open.slice(0, BATCH_MAX_REQUESTS * BATCHES_AT_ONCE);
    const answers = await Promise.all(cut(some, BATCH_MAX_REQUESTS).map(read));
    const unanswered: string[] = [];
    let retryAfterMs: number | undefined;
    for (const [id, answer] of answers.flatMap((part) => [...part])) {
      if (answer.kind !== 'retry') {
        take(id, answer);
        continue;
      }
      unanswered.push(id);
      if (answer.retryAfterMs !== undefined) retryAfterMs = Math.max(retryAfterMs ?? 0, answer.retryAfterMs);
    }
    open = [...unanswered, ...open.slice(some.length)];
    if (unanswered.length === 0) attempt = 0;
    else await graph.beforeAttempt(attempt++, retryAfterMs, what);
  }
}
