import { wait } from '../wait.ts';
import { type Answer, noAnswer } from './answer.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';

/** A batch is late after this time, and after so many times the longest of the last answered ones. */
const LATE = { reads: { afterMs: 200, factor: 3 }, writes: { afterMs: 5_000, factor: 10 } } as const;
/** A single request beside others is late sooner, because they show how fast Graph is at this moment. */
const LATE_SINGLE = { afterMs: 100, factor: 3 };
/** So many batches that are late are asked again at a time. More are no odd users, but a slow Graph. */
const MAX_ASKED_AGAIN = 2;
/** How many answered batches are remembered. */
const REMEMBERED = 32;
const LOOK_EVERY_MS = 20;

/** Sends requests as one batch until the signal ends it, and returns their answers in the same order. */
type SendBatch = (requests: readonly GraphRequest[], signal: AbortSignal) => Promise<Answer[]>;

/** How long Graph has taken for its last answers. */
class Pace {
  readonly #took: number[] = [];

  add(ms: number): void {
    this.#took.push(ms);
    if (this.#took.length > REMEMBERED) this.#took.shift();
  }

  /** After how long an answer is late, in milliseconds; infinite while no answer is known. */
  lateAfter({ afterMs, factor }: { readonly afterMs: number; readonly factor: number }): number {
    return this.#took.length === 0 ? Number.POSITIVE_INFINITY : Math.max(afterMs, factor * Math.max(...this.#took));
  }
}

interface Known {
  readonly reads: Pace;
  readonly writes: Pace;
  askedAgain: number;
}

/** What is known of each Graph. */
const known = new WeakMap<SendToGraph, Known>();

/**
 * Sends a batch, but does not wait for one user. A batch of reads that is late, while Graph has answered others, is asked
 * again, each request alone: all others get their answers, and the one that is late again is given up as a timeout. A batch
 * of writes that is late is given up whole. Graph may still carry it out.
 * @param graph the Graph that the batch goes to: its last answers tell when this one is late
 */
export async function sendPatiently(
  graph: SendToGraph,
  requests: readonly GraphRequest[],
  sendBatch: SendBatch,
): Promise<Answer[]> {
  const about = known.get(graph) ?? { reads: new Pace(), writes: new Pace(), askedAgain: 0 };
  known.set(graph, about);
  const kind = requests.every(({ method }) => method === 'GET') ? 'reads' : 'writes';
  const pace = about[kind];
  const ending = new AbortController();
  const whole = timed(sendBatch(requests, ending.signal), pace);
  try {
    const answers = await inTime(whole, () => pace.lateAfter(LATE[kind]));
    if (answers !== undefined) return answers;
    if (kind === 'writes') return requests.map(() => LATE_ANSWER);
    if (requests.length === 1) return [alone(LATE_ANSWER)];
    if (about.askedAgain >= MAX_ASKED_AGAIN) return await whole;
    about.askedAgain++;
    try {
      return await eachAlone(requests, sendBatch, ending.signal);
    } finally {
      about.askedAgain--;
    }
  } finally {
    ending.abort(new DOMException('The batch was given up.', 'TimeoutError'));
  }
}

const LATE_ANSWER = noAnswer('timeout');

/** An answer, or a missing one, of a request that had no other beside it. */
function alone(answer: Answer): Answer {
  return answer.kind === 'retry' ? { ...answer, ofItem: true } : answer;
}

function eachAlone(requests: readonly GraphRequest[], sendBatch: SendBatch, signal: AbortSignal): Promise<Answer[]> {
  const pace = new Pace();
  return Promise.all(
    requests.map(async (request) => {
      const single = timed(sendBatch([request], signal), pace);
      const [answer] = (await inTime(single, () => pace.lateAfter(LATE_SINGLE))) ?? [LATE_ANSWER];
      return alone(answer ?? LATE_ANSWER);
    }),
  );
}

/** Adds the time that an answered batch took. */
async function timed(batch: Promise<Answer[]>, pace: Pace): Promise<Answer[]> {
  const startedAt = performance.now();
  const answers = await batch;
  if (answers.some(({ kind }) => kind !== 'retry')) pace.add(performance.now() - startedAt);
  return answers;
}

/**
 * The result, or undefined when it does not come in time.
 * @param limitMs may shrink meanwhile
 */
async function inTime<T>(work: Promise<T>, limitMs: () => number): Promise<T | undefined> {
  const startedAt = performance.now();
  const done = work.then((value) => ({ value }));
  for (;;) {
    const left = startedAt + limitMs() - performance.now();
    if (left <= 0) return undefined;
    const result = await Promise.race([done, wait(Math.min(left, LOOK_EVERY_MS))]);
    if (result !== undefined) return result.value;
  }
}
